"""A password that a guesser would try is refused when it is chosen; long and random ones are welcome."""

from __future__ import annotations

import pytest

from sar.access.passwords import fingerprint, require_good_password
from sar.foundation.errors import Refused
from sar.foundation.ids import access_phrase


@pytest.mark.parametrize("short", ["", "abc", "k9#Lm2!qPz7$w", "fourteen chars"])
def test_fewer_than_fifteen_characters_are_refused(short: str) -> None:
    with pytest.raises(Refused, match="at least 15"):
        require_good_password(short)


@pytest.mark.parametrize(
    "common",
    [
        "passwordpassword",
        "Password123456789",
        "p4ssword-p4ssword",
        "Passw0rd!Passw0rd!",
        "qwertyuiopasdfgh",
        "QWERTYUIOPASDFGHJKL",
        "1q2w3e4r5t6y7u8i",
        "123456789012345",
        "123456789123456789",
        "987654321987654321",
        "abcdefghijklmnop",
        "aaaaaaaaaaaaaaaaaaaa",
        "abababababababab",
        "abcabcabcabcabcabc",
        "letmeinletmein12345",
        "welcome-to-probation",
        "administrator12345",
        "iloveyouiloveyou",
        "liverpoolfootball1",
        "Summer2025Summer2025",
        "password password password",
        "               ",
        "...............",
    ],
)
def test_one_that_is_guessed_first_is_refused_whatever_its_length(common: str) -> None:
    with pytest.raises(Refused, match="easy to guess"):
        require_good_password(common)


@pytest.mark.parametrize(
    "good",
    [
        "lantern orchid thimble quarry",
        "correct horse battery staple",
        "Tr0ub4dor&3-violet-kettle",
        "xK9#mQ2$vL7!pR4",
        "ünïcödé wörter sind güt",
        "the summer of our discontent",
    ],
)
def test_a_long_one_of_ones_own_is_taken(good: str) -> None:
    require_good_password(good)


def test_every_phrase_that_we_make_ourselves_is_taken() -> None:
    for _ in range(300):
        require_good_password(access_phrase())


def test_the_fingerprint_of_a_token_is_not_the_token() -> None:
    assert fingerprint("a") != fingerprint("b")
    assert len(fingerprint("a")) == 64
