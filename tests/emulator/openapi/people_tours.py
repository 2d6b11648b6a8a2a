"""Walks through the account side; see `tours.py`."""

from __future__ import annotations

from tests.emulator.openapi.described import Describing


def people(api: Describing) -> None:
    project = f"/projects/{api.project()}"
    organization = f"/organizations/{api.get('/user')['default_organization_id']}"
    _members(api, project, organization)
    _transfers(api, project, organization)
    _payment(api, organization)
    _addresses(api)
    for path, at in (("/user/api-keys", "/user/api-keys"), (f"{project}/api-keys", "/api-keys")):
        made = api.make(path, {"description": "x", "read_only": True})
        api.get(f"{path}?include=user,project")
        api.delete(f"{at}/{made['id']}")


def _members(api: Describing, project: str, organization: str) -> None:
    for place in (project, organization):
        api.make(f"{place}/invitations", {"invitee": "b@example.com", "roles": ["admin", "billing"], "message": "x"})
        api.get(f"{place}/invitations?include=invited_by,organization,projects,invitable,invitation")
    first = api.get(f"{project}/invitations")["invitations"][0]
    api.get(first["href"])
    accepted = api.call("PUT", first["href"], {"nonce": first["nonce"]})
    assert accepted.status == 200
    second = api.get(f"{organization}/invitations")["invitations"][0]
    assert api.call("PATCH", second["href"], {"nonce": second["nonce"]}).status == 200
    third = api.make(f"{project}/invitations", {"invitee": "c@example.com"})
    api.delete(third["href"])
    api.get("/invitations")
    api.get("/notifications")
    told = api.get("/notifications")["notifications"][0]
    api.get(f"{told['href']}?include=user")
    for method in ("PUT", "PATCH"):
        assert api.call(method, told["href"]).status == 200
    api.get(f"{project}/memberships?include=user,project,organization")
    membership = accepted.json["href"]
    api.get(membership)
    for method in ("PUT", "PATCH"):
        assert api.call(method, membership, {"role": ["limited_collaborator"]}).status == 200
    api.get(f"{project}?include=memberships,members.emails,invitations")
    api.get(f"{organization}?include=memberships.user.memberships,members,invitations")
    api.delete(membership)


def _transfers(api: Describing, project: str, organization: str) -> None:
    other = api.make("/organizations", {"name": "Other", "billing_address": {"a": 1}, "logo": "aGk="})
    for method, there in (("PUT", other["id"]), ("PATCH", organization.rpartition("/")[2])):
        transfer = api.make(f"{project}/transfers", {"target_organization_id": there})
        api.get(f"{transfer['href']}?include=project,target_organization")
        api.get(f"{organization}/transfers")
        assert api.call(method, transfer["href"]).status == 204
    transfer = api.make(f"{project}/transfers", {"target_organization_id": other["id"]})
    api.get(f"{project}?include=transfers")
    api.get(f"{other['href']}?include=inbound_transfers")
    api.delete(transfer["href"])


def _payment(api: Describing, organization: str) -> None:
    alias = organization.replace("organizations", "organization")
    for path, nonce in ((organization, "fake-valid-visa-nonce"), (alias, "fake-paypal-one-time-nonce")):
        made = api.make(f"{path}/payment-methods", {"name": "x", "nonce": nonce})
        api.get(f"{path}/payment-methods?include=created_by_user,organization,projects")
    api.get(made["href"])
    for method in ("PUT", "PATCH"):
        assert api.call(method, made["href"], {"name": "y", "default": True, "expiration_month": 3}).status == 200
    api.make("/projects", {"name": "paid", "payment_method_id": made["id"]})
    api.get("/projects?include=payment_method")
    api.get(f"{organization}?include=payment_methods,default_payment_method")
    assert api.refused("DELETE", made["href"])
    other = api.get(f"{organization}/payment-methods")["payment_methods"][0]
    api.delete(other["href"])


def _addresses(api: Describing) -> None:
    made = api.make("/emails", {"address": "second@example.com"})
    api.get(made["href"])
    for method in ("PUT", "PATCH"):
        assert api.call(method, made["href"], {"address": f"{method.lower()}@example.com"}).status == 200
    api.get("/user?include=emails,memberships.organization")
    api.delete(made["href"])


def security(api: Describing) -> None:
    assert api.call("PUT", "/user", {"password": "correct horse", "phone_number": "+1"}).status == 200
    api.make("/sessions", {"login": "emulator@example.com", "password": "correct horse"})
    api.get("/sessions?include=user")
    assert api.call("POST", "/user/otp/sms").status == 200
    assert api.call("POST", "/user/otp/sms/receive").status == 204
    code = api.control("letters")["letters"][-1]["secret"]
    assert api.call("POST", f"/user/otp/verify/{code}").status == 200
    api.delete("/user/otp/sms")
    assert api.call("POST", "/user/otp/app").status == 200
    assert api.call("POST", "/user/otp/recovery-codes").status == 200
    assert api.get("/user/otp/recovery-codes")["recovery_codes"]
    assert api.call("POST", "/user/otp/app/receive").status == 200
    assert api.call("POST", "/user/vpn").status == 204
    api.get("/user/vpn?code=ewr1")
    api.delete("/user/vpn")
    api.delete("/user/otp/app")
    for method in ("PUT", "PATCH"):
        api.call("POST", "/verify-email?login=emulator@example.com")
        secret = api.control("letters")["letters"][-1]["secret"]
        assert api.call(method, "/verify-email", {"user_token": secret}).status == 200
    assert api.call("POST", "/reset-password", {"email": "emulator@example.com"}).status == 201
    secret = api.control("letters")["letters"][-1]["secret"]
    assert api.call("DELETE", f"/reset-password?token={secret}&password=battery-staple").status == 201
    assert api.call("POST", "/support-requests", {"subject": "a", "message": "b"}).status == 204
    assert api.call("POST", "/userdata/validate", {"userdata": "#!/bin/sh"}).status == 204
