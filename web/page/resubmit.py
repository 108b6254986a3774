"""Forms that could not be accepted yet, shown again with a button that resubmits them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import Response

from ..request.form import Form
from ..request.site import Site
from .form_reading import typed_fields
from .page import page

# Never written into a page.
SECRETS = frozenset({"password", "again", "current"})


# Carried along, and written by nobody.
NOT_TYPED = frozenset({"csrf", "kept", "next"})


# What is carried through the sign-in must fit into its form.
MOST_KEPT = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptForm:
    """A form to be sent to `path` once more."""

    path: str
    fields: Mapping[str, tuple[str, ...]]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Its fields one by one, as hidden fields of another form."""
        return [(name, value) for name, values in self.fields.items() for value in values]


def resendable(request: Request, form: Form) -> KeptForm | None:
    """The form that was sent, unless it is empty or holds a password."""
    fields = {name: values for name, values in form.fields.items() if name not in NOT_TYPED}
    if not fields or SECRETS & fields.keys():
        return None
    query = f"?{request.url.query}" if request.url.query else ""
    path = request.url.path
    if "draft" in fields:
        # What the draft holds is shown by its preview, which may be another by now.
        path = re.sub("/save$", "/preview", path)
    return KeptForm(path=path + query, fields=fields)


def packed_form(site: Site, kept: KeptForm | None) -> str:
    """A form as a field of the sign-in form; "" where there is none or it is too long."""
    if kept is None:
        return ""
    text = _serializer(site).dumps([kept.path, {**kept.fields}])
    return str(text) if len(text) <= MOST_KEPT else ""


def unpacked_form(site: Site, text: str) -> KeptForm | None:
    """The form that `packed_form` made; None for anything else."""
    try:
        path, fields = _serializer(site).loads(text)
    except BadData:
        return None
    return KeptForm(path=path, fields={name: tuple(values) for name, values in fields.items()})


def resubmit_page(request: Request, kept: KeptForm, *, why: str, status: int = 403) -> Response:
    """The page that shows what was typed, with a button that sends it.

    It is shown by the labels of the page that it was typed on, as `form_page` has it.
    """
    form_page: str = request.app.state.form_page(request, kept)
    return page(
        request,
        "page/resubmit.html.j2",
        title="Nothing was saved yet",
        status=status,
        kept=kept,
        typed=typed_fields(form_page, kept.fields),
        why=why,
    )


def _serializer(site: Site) -> URLSafeSerializer:
    return URLSafeSerializer(
        site.secret, salt="boardcal kept", signer_kwargs={"digest_method": hashlib.sha256}
    )
