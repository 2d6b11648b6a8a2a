"""libcloud's Packet driver of 2020 (3.2.0, the last release that had it) against the emulator, in an environment apart.

    .venv/bin/python -m tests.clients.libcloud_2020

makes a virtual environment in a temporary folder, since the suite has a newer libcloud, starts an emulator and runs
this same file in there. The driver is of the API's own days: facilities, no prefix, block storage. Exit status 0 means
that all was as it should be.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from urllib.parse import urlsplit

from libcloud.compute.providers import get_driver
from libcloud.compute.types import Provider

TOKEN = "a-token-for-libcloud"
PACKAGE = "apache-libcloud==3.2.0"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFjY2VwdGFuY2VhY2NlcHRhbmNlYWNjZXB0YW5jZWFj ops@example.com"


def drive(url: str) -> None:
    """All that the driver can do, with the emulator at `url`."""
    setattr(importlib.import_module("libcloud.compute.drivers.packet"), "USE_ASYNC_IO_IF_AVAILABLE", False)  # noqa: B010
    driver = get_driver(Provider.PACKET)(TOKEN)
    where = urlsplit(url)
    driver.connection.host, driver.connection.port, driver.connection.secure = where.hostname, where.port, 0
    driver.connection.connect()

    driver.connection.request("/projects", params={"name": "clients"}, method="POST")
    (project,) = driver.ex_list_projects()
    key = driver.create_key_pair("ops", KEY)
    place = next(each for each in driver.list_locations() if each.extra["code"] == "ewr1")
    size = next(each for each in driver.list_sizes() if each.id == "c2.medium.x86")
    image = next(each for each in driver.list_images() if each.id == "ubuntu_18_04")
    node = driver.create_node("edge-01", size, image, place, ex_project_id=project.id, cloud_init="#cloud-config\n")
    (listed,) = driver.list_nodes()
    assert (listed.id, listed.state, listed.extra["userdata"]) == (node.id, "running", "#cloud-config\n")
    print("node", listed.name, listed.state, listed.public_ips, listed.private_ips)

    volume = driver.create_volume(100, place, description="data", ex_project_id=project.id)
    driver.ex_modify_volume(volume, description="more data", size=200)
    volume = driver.ex_describe_volume(volume.id)
    assert (volume.size, volume.extra["description"]) == (200, "more data")
    driver.attach_volume(node, volume)
    (attached,) = driver.list_volumes(project.id)
    (attachment,) = attached.extra["attachments"]
    shown = driver.ex_describe_attachment(attachment["href"].rsplit("/", 1)[-1])
    assert shown["device"]["href"].endswith(node.id)
    assert driver.detach_volume(attached, ex_node=node)
    print("volume", attached.name, attached.size, "attached and detached")

    assert driver.connection.request(f"/storage/{volume.id}/snapshots", method="POST").status == 202
    (snapshot,) = driver.connection.request(f"/storage/{volume.id}/snapshots").object["snapshots"]
    try:
        driver.list_volume_snapshots(volume)
    except ValueError as trouble:  # it reads times without a zone or fractions, and recorded snapshots have both
        print("list_volume_snapshots:", trouble)
    path = f"/storage/{volume.id}/restore?restore_point={snapshot['timestamp']}"
    assert driver.connection.request(path, method="POST").status == 204
    driver.ex_clone_volume(volume)
    assert len(driver.list_volumes(project.id)) == 2
    assert driver.connection.request(f"/storage/{volume.id}/snapshots/{snapshot['id']}", method="DELETE").status == 204
    print("snapshot made, restored, deleted; volume cloned")

    block = driver.ex_request_address_reservation(project.id, "ewr1", "public_ipv4", 1, "by libcloud")
    address = driver.ex_associate_address_with_node(node, f"{block['address']}/32")
    used = driver.ex_describe_all_addresses_for_project(project.id, include="facility", only_associated=True)
    assert block["id"] in [each["id"] for each in used]
    driver.ex_disassociate_address(address["id"])
    driver.ex_disassociate_address(block["id"])
    print("block", block["network"], "assigned and given back")

    wanted = {"deployment_type": "local", "asn": 65000}
    driver.connection.request(f"/projects/{project.id}/bgp-configs", params=wanted, method="POST")
    session = driver.ex_create_bgp_session(node)
    assert [each["id"] for each in driver.ex_list_bgp_sessions()] == [session["id"]]
    driver.ex_delete_bgp_session(session["id"])
    print("BGP session made and deleted")

    driver.ex_list_events_for_node(node)
    driver.ex_list_events_for_project(project)
    driver.stop_node(node)
    driver.start_node(node)
    driver.destroy_node(node)
    for each in driver.list_volumes(project.id):
        assert driver.destroy_volume(each)
    assert driver.delete_key_pair(key)
    assert (driver.list_nodes(project.id), driver.list_volumes(project.id), driver.list_key_pairs()) == ([], [], [])
    print("all as it should be")


def run(folder: Path) -> None:
    """Make the environment, start an emulator, and run this file in there."""
    from reconciler.emulator import Emulator, Settings

    venv.create(folder, with_pip=True)
    pip = [str(folder / "bin" / "pip"), "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "install", PACKAGE], check=True)
    settings = Settings(
        provision_seconds=0.0, deprovision_seconds=0.0, action_seconds=0.0, volume_seconds=0.0, snapshot_seconds=0.0
    )
    with Emulator(token=TOKEN, settings=settings) as emulator:
        environment = {"PATH": os.environ.get("PATH", ""), "no_proxy": "127.0.0.1"}
        subprocess.run([str(folder / "bin" / "python"), __file__, emulator.url], env=environment, check=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        drive(sys.argv[1])
    else:
        with tempfile.TemporaryDirectory(prefix="libcloud-") as temporary:
            run(Path(temporary))
