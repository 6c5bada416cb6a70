"""The door for a web server: `waitress-serve wsgi:app`, `flask --app wsgi ...`."""

from sar import create_app
from sar.cli import register_commands
from sar.settings import Settings

app = create_app(Settings.from_env())
register_commands(app)
