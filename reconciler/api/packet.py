"""The whole API in one object, by chapter.

    with Client(url, token, clock=SystemClock(), rng=random.Random()) as client:
        packet = Packet(client)
        for device in packet.devices.list(project_id, include="plan"):
            print(device.hostname, device.state)

Every method takes plain values or a request from `bodies`, and gives back models that keep what they do not know
(`models`). Lists are read page by page as they are iterated over; `.whole()` reads one with proof. Links are opened by
`include`, fields left out by `exclude`. Everything that goes wrong is a `WireError` (`reconciler.wire`). `coverage.md`
lists all methods with the calls behind them.
"""

from __future__ import annotations

from reconciler.api.client import Client
from reconciler.api.groups.access import Access
from reconciler.api.groups.account import ApiKeys, Emails, Licenses, Notifications, PaymentMethods
from reconciler.api.groups.batches import Batches
from reconciler.api.groups.bgp import Bgp
from reconciler.api.groups.catalogue import Capacities, Facilities, OperatingSystems, Plans
from reconciler.api.groups.devices import Devices
from reconciler.api.groups.events import Events
from reconciler.api.groups.hardware_reservations import HardwareReservations
from reconciler.api.groups.ips import Ips
from reconciler.api.groups.organizations import Organizations
from reconciler.api.groups.people import Invitations, Memberships, Transfers
from reconciler.api.groups.ports import Ports
from reconciler.api.groups.projects import Projects
from reconciler.api.groups.spot_market import SpotMarket
from reconciler.api.groups.ssh_keys import SshKeys
from reconciler.api.groups.users import Users
from reconciler.api.groups.virtual_networks import VirtualNetworks
from reconciler.api.groups.volumes import Volumes
from reconciler.api.policy import PER_PAGE


class Packet:
    """All calls over one client, from any number of threads. `page_size` is how many items a page of a list has."""

    def __init__(self, client: Client, *, page_size: int = PER_PAGE) -> None:
        self.projects = Projects(client, page_size)
        self.organizations = Organizations(client, page_size)
        self.users = Users(client, page_size)
        self.ssh_keys = SshKeys(client, page_size)
        self.devices = Devices(client, page_size)
        self.batches = Batches(client, page_size)
        self.hardware_reservations = HardwareReservations(client, page_size)
        self.spot_market = SpotMarket(client, page_size)
        self.ports = Ports(client, page_size)
        self.virtual_networks = VirtualNetworks(client, page_size)
        self.ips = Ips(client, page_size)
        self.bgp = Bgp(client, page_size)
        self.volumes = Volumes(client, page_size)
        self.facilities = Facilities(client, page_size)
        self.plans = Plans(client, page_size)
        self.operating_systems = OperatingSystems(client, page_size)
        self.capacity = Capacities(client, page_size)
        self.events = Events(client, page_size)
        self.memberships = Memberships(client, page_size)
        self.invitations = Invitations(client, page_size)
        self.transfers = Transfers(client, page_size)
        self.licenses = Licenses(client, page_size)
        self.payment_methods = PaymentMethods(client, page_size)
        self.emails = Emails(client, page_size)
        self.notifications = Notifications(client, page_size)
        self.api_keys = ApiKeys(client, page_size)
        self.access = Access(client, page_size)
