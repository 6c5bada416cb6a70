"""The application: one factory that puts the stages together."""

from __future__ import annotations

from flask import Flask
from flask_migrate import Migrate
from govuk_frontend_wtf.main import WTFormsHelpers
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader

from sar.foundation import web
from sar.foundation.db import db
from sar.foundation.key_ring import open_ring
from sar.foundation.runtime import Runtime
from sar.settings import PROJECT_ROOT, Settings
from sar.site import register_stages


def create_app(settings: Settings) -> Flask:
    """A ready application for these settings. Raises SettingsError before serving anything unsafe."""
    settings.instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.instance.chmod(0o700)
    app = Flask(
        "sar",
        instance_path=str(settings.instance.resolve()),
        root_path=str(PROJECT_ROOT / "sar"),
        template_folder=str(PROJECT_ROOT / "templates"),
    )
    app.extensions["sar"] = Runtime(settings=settings, key_ring=open_ring(settings))
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    if settings.is_postgresql:
        # Its default takes each look into an index for as dear as on a turning disk, and sorts a whole table instead.
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"connect_args": {"options": "-c random_page_cost=1.1"}}
    app.jinja_loader = ChoiceLoader(
        [
            FileSystemLoader(PROJECT_ROOT / "templates"),
            PrefixLoader(
                {
                    "govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja"),
                    "govuk_frontend_wtf": PackageLoader("govuk_frontend_wtf"),
                }
            ),
        ]
    )
    db.init_app(app)
    Migrate(app, db, directory=str(PROJECT_ROOT / "sar" / "migrations"), render_as_batch=True, compare_type=True)
    web.install(app)
    WTFormsHelpers(app)
    register_stages(app, settings)
    return app
