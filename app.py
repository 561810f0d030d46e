"""The WSGI door: ``flask --app app …`` and ``gunicorn app:app``."""

import os

import huey_tasks
from relance import cli
from relance.config import Settings
from relance.web import create_app

app = create_app(Settings.from_env(os.environ), bell=huey_tasks.ring)
cli.init_app(app)
