"""An organization's payment methods.

Fields follow recorded answers of 2018 (fog-packet create_payment_method). The nonce comes from the payment provider's
form in the portal and stands for a card that the API never saw whole; here its words choose the card, after the test
nonces of that provider (`fake-valid-visa-nonce`, `fake-paypal-...`, `fake-processor-declined-...`). What stands in the
way of a delete is not known: here, that a project names it (text unsure). The list isn't paged (2019 reference).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from reconciler.emulator.call import Empty, Listed, Read, Reply, Shown, Write
from reconciler.emulator.clock import rfc3339
from reconciler.emulator.errors import invalid
from reconciler.emulator.records import Organization, PaymentMethod, Project
from reconciler.emulator.rendering import Link, Scene, View
from reconciler.emulator.resources.account import full_name
from reconciler.emulator.tables import Tables

_CARDS = {
    "amex": "American Express",
    "mastercard": "MasterCard",
    "discover": "Discover",
    "jcb": "JCB",
    "maestro": "Maestro",
    "dinersclub": "Diners Club",
}
_REFUSED = ("declined", "rejected", "consumed", "invalid")
_MONTHS = tuple(f"{month:02d}" for month in range(1, 13))
_YEARS = range(2000, 2100)


def show_payment_method(method: PaymentMethod, scene: Scene) -> View:
    """A payment method's JSON; of a card the last four digits, of a PayPal account its address."""
    projects = scene.tables.where(Project, "organization", method.organization_id)
    paid = [project for project in projects if pays_for(scene.tables, project) == method]
    view: View = {
        "id": method.id,
        "name": method.name,
        "type": method.type,
        "default": method.default,
        "created_at": rfc3339(method.created_at),
        "updated_at": rfc3339(method.updated_at),
        "created_by_user": Link(f"/users/{method.created_by}"),
        "projects": [Link(f"/projects/{project.id}") for project in paid],
        "organization": Link(f"/organizations/{method.organization_id}"),
        "href": f"/payment-methods/{method.id}",
    }
    if method.type == "paypal":
        return {**view, "email": method.email}
    return {
        **view,
        "card_type": method.card_type,
        "expiration_month": method.expiration_month,
        "expiration_year": method.expiration_year,
        "last_4": method.last_4,
        "cardholder_name": method.cardholder_name,
        "billing_address": json.loads(method.billing_address),
    }


def pays_for(tables: Tables, project: Project) -> PaymentMethod | None:
    """What pays for a project: the one it names, else its organization's default (unsure)."""
    if project.payment_method_id is not None:
        return tables.get(PaymentMethod, project.payment_method_id)
    methods = tables.where(PaymentMethod, "organization", project.organization_id)
    return next((method for method in methods if method.default), None)


def of_organization(call: Read) -> Listed:
    """GET /organizations/{id}/payment-methods"""
    return Listed(call.tables.where(PaymentMethod, "organization", call.get(Organization).id))


def one(call: Read) -> Reply:
    """GET /payment-methods/{id}"""
    return Shown(call.get(PaymentMethod))


def create(call: Write) -> Reply:
    """POST /organizations/{id}/payment-methods: name, nonce, default. The first one is the default in any case."""
    organization, params = call.get(Organization), call.params
    name, nonce = params.required("name"), params.required("nonce")
    words = nonce.lower()
    if any(word in words for word in _REFUSED):
        raise invalid("Nonce is invalid")  # text unsure
    first = not call.tables.count(PaymentMethod, "organization", organization.id)
    paypal = "paypal" in words
    made = PaymentMethod(
        id=call.change.new_id(),
        organization_id=organization.id,
        name=name,
        type="paypal" if paypal else "credit_card",
        default=first or params.flag("default"),
        created_by=call.user.id,
        card_type=None if paypal else next((card for word, card in _CARDS.items() if word in words), "Visa"),
        last_4=None if paypal else _last_4(nonce),
        cardholder_name=None if paypal else full_name(call.user),
        expiration_month=None if paypal else "12",
        expiration_year=None if paypal else str(int(rfc3339(call.now)[:4]) + 3),
        billing_address=json.dumps({"street_address": None, "postal_code": None, "country_code_alpha2": "US"}),
        email=call.user.email if paypal else None,
        created_at=call.now,
        updated_at=call.now,
    )
    call.add(made)
    if made.default:
        _only_default(call, made)
    return Shown(made, 201)


def update(call: Write) -> Reply:
    """PUT or PATCH /payment-methods/{id}: name, default, cardholder_name, expiration, billing_address."""
    old, params = call.get(PaymentMethod), call.params
    if old.default and not params.flag("default", True):
        raise invalid("Default payment method can't be unset; make another one the default")  # text unsure
    updated = replace(
        old,
        name=params.required("name") if "name" in params else old.name,
        default=old.default or params.flag("default"),
        cardholder_name=params.text("cardholder_name") if "cardholder_name" in params else old.cardholder_name,
        expiration_month=_month(call) if "expiration_month" in params else old.expiration_month,
        expiration_year=_year(call) if "expiration_year" in params else old.expiration_year,
        billing_address=_billing_address(call) if "billing_address" in params else old.billing_address,
        updated_at=call.now,
    )
    call.change.put(updated)
    if updated.default:
        _only_default(call, updated)
    return Shown(updated)


def delete(call: Write) -> Reply:
    """DELETE /payment-methods/{id}; after the default one the oldest that is left is the default."""
    old = call.get(PaymentMethod)
    projects = call.tables.where(Project, "organization", old.organization_id)
    if any(project.payment_method_id == old.id for project in projects):
        raise invalid("Cannot delete a payment method that is used by a project")
    call.drop(old)
    left = call.tables.where(PaymentMethod, "organization", old.organization_id)
    if old.default and left:
        call.change.put(replace(left[0], default=True, updated_at=call.now))
    return Empty()


def _only_default(call: Write, method: PaymentMethod) -> None:
    for other in call.tables.where(PaymentMethod, "organization", method.organization_id):
        if other.default and other.id != method.id:
            call.change.put(replace(other, default=False, updated_at=call.now))


def _last_4(nonce: str) -> str:
    """Four digits that belong to a nonce without telling anything of it."""
    digest = hashlib.sha256(nonce.encode(errors="surrogatepass")).digest()
    return f"{int.from_bytes(digest[:4], 'big') % 10_000:04d}"


def _month(call: Write) -> str:
    month = call.params.integer("expiration_month")
    if month is None or not 1 <= month <= 12:
        raise invalid("Expiration month is invalid")  # text unsure
    return _MONTHS[month - 1]


def _year(call: Write) -> str:
    year = call.params.integer("expiration_year")
    if year not in _YEARS:
        raise invalid("Expiration year is invalid")  # text unsure
    return str(year)


def _billing_address(call: Write) -> str:
    value = call.params.raw("billing_address")
    if not isinstance(value, dict):
        raise invalid("Billing address is invalid")  # text unsure
    known = ("street_address", "postal_code", "country_code_alpha2")
    if any(not isinstance(value.get(name), str | None) for name in known):
        raise invalid("Billing address is invalid")
    return json.dumps({name: value.get(name) for name in known})
