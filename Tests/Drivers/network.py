"""Three hosts on one machine: the gateway's, a router and Luma's, each a network namespace, so that what the kernel goes on to
deliver after a cut can be seen. Needs the rights to make them (root).

A namespace has no name and lies in no folder: the kernel removes it when the last descriptor and the last program of it are gone,
however they end.
"""

import contextlib
import ctypes
import os
import socket
import struct
import subprocess

GATEWAY, LUMA = "192.0.2.1", "198.51.100.1"
NEWNET = 0x40000000
# Which of the router's interfaces a cut makes deaf: "west" leads to the gateway, "east" to Luma.
CUTS = {"both ways": ("west", "east"), "way back": ("east",)}
LIBC = ctypes.CDLL(None, use_errno=True)


def checked(result):
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def own_namespace():
    """The calling thread's."""
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


@contextlib.contextmanager
def within(namespace):
    """What this thread opens and starts belongs to that namespace."""
    own = own_namespace()
    try:
        checked(LIBC.setns(namespace, NEWNET))
        try:
            yield
        finally:
            checked(LIBC.setns(own, NEWNET))
    finally:
        os.close(own)


def new_namespace():
    own = own_namespace()
    try:
        checked(LIBC.unshare(NEWNET))
        try:
            return own_namespace()
        finally:
            checked(LIBC.setns(own, NEWNET))
    finally:
        os.close(own)


class Network:
    """The three hosts and their lines. Each has its own ports, so every network may use the same ones."""

    def __init__(self):
        self.hosts = {}
        try:
            for host in ("gateway", "router", "luma"):
                self.hosts[host] = new_namespace()
                self.ip(host, "link set lo up")
            self.join("gateway", GATEWAY, "west", "192.0.2.2")
            self.join("luma", LUMA, "east", "198.51.100.2")
            with self.inside("router"), open("/proc/sys/net/ipv4/ip_forward", "w") as file:
                file.write("1")
        except BaseException:
            self.remove()
            raise

    def join(self, host, address, interface, router):
        peer = "/proc/%d/fd/%d" % (os.getpid(), self.hosts[host])
        self.ip("router", "link add %s type veth peer name eth0 netns %s" % (interface, peer))
        for end, name, its in ((host, "eth0", address), ("router", interface, router)):
            self.ip(end, "addr add %s/30 dev %s" % (its, name))
            self.ip(end, "link set %s up" % name)
        self.ip(host, "route add default via " + router)

    def inside(self, host):
        return within(self.hosts[host])

    def ip(self, host, arguments):
        with self.inside(host):
            done = subprocess.run(["ip"] + arguments.split(), stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode != 0:
            raise OSError("ip %s: %s" % (arguments, done.stderr.strip()))

    def cut(self, kind):
        """The router drops without a word; or the gateway's "own link" is down."""
        if kind in CUTS:
            for interface in CUTS[kind]:
                self.ip("router", "rule add pref 10 iif %s blackhole" % interface)
        else:
            self.ip("gateway", "link set eth0 down")

    def mend(self, kind):
        if kind in CUTS:
            for interface in CUTS[kind]:
                self.ip("router", "rule del pref 10 iif %s blackhole" % interface)
        else:
            self.ip("gateway", "link set eth0 up")
            # It went with the link.
            self.ip("gateway", "route add default via 192.0.2.2")

    def unacknowledged(self, port):
        """Octets that the gateway's kernel has been given for that port of Luma's, and has no acknowledgement of."""
        peer = "%08X:%04X" % (struct.unpack("=I", socket.inet_aton(LUMA))[0], port)
        with self.inside("gateway"), open("/proc/thread-self/net/tcp") as file:
            rows = [line.split() for line in file][1:]
        return sum(int(row[4].split(":")[0], 16) for row in rows if row[2] == peer)

    def remove(self):
        """When the programs in it have ended."""
        for namespace in self.hosts.values():
            os.close(namespace)
        self.hosts = {}
