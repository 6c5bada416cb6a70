"""Layers: which parts of a page are not shown on opening. ISO 32000-2, 8.11."""

from __future__ import annotations

from collections.abc import Callable

import pikepdf

from redaction.apply.naming import entry, name_of

_EXPRESSION_DEPTH = 16


def layer_judge(pdf: pikepdf.Pdf) -> Callable[[object], bool]:
    """A function that tells whether a layer (optional content group or membership) is not shown on opening."""
    properties = pdf.Root.get("/OCProperties")
    default = properties.get("/D") if isinstance(properties, pikepdf.Dictionary) else None
    off: set[tuple[int, int]] = set()
    on: set[tuple[int, int]] = set()
    base_off = False
    if isinstance(default, pikepdf.Dictionary):
        off = {group.objgen for group in default.get("/OFF", [])}
        on = {group.objgen for group in default.get("/ON", [])}
        base_off = entry(default, "/BaseState") == "/OFF"

    def group_hidden(group: pikepdf.Object) -> bool:
        return group.objgen in off or (base_off and group.objgen not in on) or _is_off_by_use(group)

    def shown(expression: object, depth: int) -> bool:
        """A visibility expression: a group, or /And, /Or or /Not with expressions (8.11.2.2)."""
        if depth > _EXPRESSION_DEPTH:
            return False
        if not isinstance(expression, pikepdf.Array) or not len(expression):
            return not (isinstance(expression, pikepdf.Dictionary) and group_hidden(expression))
        parts = [shown(part, depth + 1) for part in list(expression)[1:]]
        operator = name_of(expression[0])
        return not all(parts) if operator == "/Not" else any(parts) if operator == "/Or" else all(parts)

    def hidden(layer: object) -> bool:
        if not isinstance(layer, pikepdf.Dictionary):
            return False
        if entry(layer, "/Type") != "/OCMD":
            return group_hidden(layer)
        if isinstance(layer.get("/VE"), pikepdf.Array):
            return not shown(layer["/VE"], 0)
        groups = layer.get("/OCGs")
        members = list(groups) if isinstance(groups, pikepdf.Array) else [groups]
        states = [group_hidden(member) for member in members if isinstance(member, pikepdf.Dictionary)]
        if not states:
            return False
        policy = entry(layer, "/P")
        return {
            "/AllOn": any(states),
            "/AnyOff": not any(states),
            "/AllOff": not all(states),
        }.get(policy, all(states))

    return hidden


def _is_off_by_use(group: pikepdf.Object) -> bool:
    """Whether a group is for other uses than looking at (8.11.4.4): viewers hide it, so nobody has reviewed it."""
    usage = group.get("/Usage") if isinstance(group, pikepdf.Dictionary) else None
    view = usage.get("/View") if isinstance(usage, pikepdf.Dictionary) else None
    return isinstance(view, pikepdf.Dictionary) and entry(view, "/ViewState") == "/OFF"
