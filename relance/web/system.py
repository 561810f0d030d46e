"""The home address, the menu of phones, the shortcuts, and what a watcher asks."""

import sqlite3
from urllib.parse import urlsplit

import peewee
from flask import Blueprint, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from relance.models.accounts import Heartbeat
from relance.web import nav, scope
from relance.web.htmx import respond
from relance.web.scope import public

blueprint = Blueprint("system", __name__)


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """The dashboard, or the first steps in a version without one."""
    return redirect("/tableau-de-bord" if nav.has_page("/tableau-de-bord") else url_for("onboarding.index"), 303)


@blueprint.get("/menu")
def menu() -> ResponseReturnValue:
    """The side bar as a page, for phones."""
    return render_template("system/menu.html")


@blueprint.get("/raccourcis")
def shortcuts() -> ResponseReturnValue:
    """The keys, as a page or as the dialog that « ? » opens."""
    return respond("system/shortcuts.html", "system/_shortcuts.html")


@blueprint.get("/healthz")
@public
def health() -> ResponseReturnValue:
    """200 when the database and the queue answer, else 503. « worker_seen » is a UTC instant or null."""
    seen = None
    state = {"database": "ok", "queue": "ok"}
    try:
        beat = Heartbeat.get_or_none(Heartbeat.name == "worker")
        seen = beat.seen_at.isoformat() + "Z" if beat else None
    except peewee.PeeweeException:
        state["database"] = "error"
    if not _queue_answers():
        state["queue"] = "error"
    status = 200 if set(state.values()) == {"ok"} else 503
    return jsonify({**state, "worker_seen": seen}), status


def _queue_answers() -> bool:
    url = scope.settings().queue_url
    if urlsplit(url).scheme == "sqlite":
        try:
            connection = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=2)
            connection.execute("select count(*) from sqlite_master").fetchone()
            connection.close()
        except sqlite3.Error:
            return False
        return True
    import redis  # only where one is used

    try:
        with redis.Redis.from_url(url, socket_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
