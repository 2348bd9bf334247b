import Foundation
import Testing

@testable import IO

private let support = SandboxSupport.current

@Suite struct ChildSandboxTests {
    private static let sockets = """
        import errno, socket
        for family in (socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK, socket.AF_PACKET, socket.AF_UNIX):
            kind = socket.SOCK_RAW if family == socket.AF_NETLINK else socket.SOCK_DGRAM
            try:
                socket.socket(family, kind).close()
                print("open")
            except OSError as error:
                print(errno.errorcode[error.errno])
        """

    @Test(.enabled(if: support.filtersCalls, "the kernel filters no system calls"))
    func withoutAGrantThereIsNoNetwork() async throws {
        try await ChildBench.with { bench in
            let refused = try await bench.run(bench.python(Self.sockets))
            #expect(refused.lines == ["EPERM", "EPERM", "EPERM", "EPERM", "EACCES"])
            var child = bench.python(Self.sockets)
            child.sandbox.hasNetwork = true
            let granted = try await bench.run(child)
            #expect(granted.lines.first == "open" && granted.lines.last == "open")
        }
    }

    /// Connects to the socket that is named, by each way that there is, and uses what needs no grant.
    private static let localSockets = """
        import errno, os, socket, sys
        def attempt(name, body):
            try: print(name, body())
            except OSError as error: print(name, errno.errorcode[error.errno])
        def connect():
            with socket.socket(socket.AF_UNIX) as it: it.connect(sys.argv[1]); return it.recv(5).decode()
        def reconnect():
            one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
            with one, other: return one.sendto(b"x", sys.argv[1])
        def speak(kind):
            one, other = socket.socketpair(socket.AF_UNIX, kind | socket.SOCK_CLOEXEC)
            with one, other: one.sendall(b"hello"); return other.recv(5).decode()
        def pipe():
            one, other = os.pipe()
            os.write(other, b"hello"); return os.read(one, 5).decode()
        attempt("connect", connect)
        attempt("datagrams", reconnect)
        attempt("stream", lambda: speak(socket.SOCK_STREAM))
        attempt("packets", lambda: speak(socket.SOCK_SEQPACKET))
        attempt("pipe", pipe)
        """

    /// Docker's socket, for one, is a way to root.
    @Test(.enabled(if: support.filtersCalls, "the kernel filters no system calls"))
    func noUnixSocketIsReachedWithoutAGrant() async throws {
        try await ChildBench.with { (bench: ChildBench) async throws in
            let listener = try LocalListener()
            defer { listener.end() }
            let free = ["stream hello", "packets hello", "pipe hello"]
            func attempt(_ grant: (inout ChildSandbox) -> Void) async throws -> [String] {
                var child = bench.python(Self.localSockets)
                child.arguments.append(listener.path)
                grant(&child.sandbox)
                return try await bench.run(child).lines
            }
            let refused = ["connect EACCES", "datagrams EACCES"] + free
            #expect(try await attempt { _ in } == refused)
            // A folder is no word for the sockets in it, and a file none for another.
            #expect(try await attempt { $0.writable = [listener.folder] } == refused)
            #expect(try await attempt { $0.readable = ["/etc/passwd"] } == refused)
            // The kind of socket is another.
            let granted = ["connect hello", "datagrams EPROTOTYPE"] + free
            #expect(try await attempt { $0.writable = [listener.path] } == granted)
            #expect(try await attempt { $0.readable = [listener.link] } == granted)
            #expect(try await attempt { $0.hasNetwork = true } == granted)
            let lines = try await attempt { $0.level = .limits }
            #expect(lines == granted)
        }
    }

    @Test(.enabled(if: support.filtersCalls, "the kernel filters no system calls"))
    func whatReachesBeyondAProcessIsRefused() async throws {
        try await ChildBench.with { bench in
            let script = """
                import ctypes, errno, subprocess, threading
                libc = ctypes.CDLL(None, use_errno=True)
                for call in (lambda: libc.ptrace(0, 0, 0, 0), lambda: libc.unshare(0x10000000),
                             lambda: libc.mount(b"none", b"/", b"tmpfs", 0, None), lambda: libc.setns(0, 0),
                             lambda: libc.process_vm_readv(1, None, 0, None, 0, 0), lambda: libc.syscall(425, 1, None)):
                    ctypes.set_errno(0)
                    print(call(), errno.errorcode.get(ctypes.get_errno()))
                print(subprocess.run(["/bin/echo", "child"], capture_output=True).stdout)
                thread = threading.Thread(target=lambda: print("thread"))
                thread.start()
                thread.join()
                """
            let result = try await bench.run(bench.python(script))
            #expect(result.lines == [String](repeating: "-1 EPERM", count: 6) + ["b'child\\n'", "thread"])
            #expect(result.words == "")
        }
    }

    @Test(.enabled(if: support.landlock > 0, "the kernel has no Landlock"))
    func filesAreReachedByGrantAlone() async throws {
        try await ChildBench.with { bench in
            let script = """
                cat "$1/file"; echo new > "$1/new" && echo written; echo more >> "$1/file"; rm "$1/file" && echo gone
                echo own > file && cat file; : > /dev/null && echo null; ls / > /dev/null || echo root
                """
            func attempt(_ grant: (inout ChildSandbox) -> Void) async throws -> [String] {
                for name in ["file", "new"] { try? FileManager.default.removeItem(atPath: "\(bench.outside)/\(name)") }
                try Data("kept\n".utf8).write(to: URL(filePath: bench.outside + "/file"))
                var child = bench.program("/bin/sh", ["-c", script, "sh", bench.outside])
                grant(&child.sandbox)
                return try await bench.run(child).lines
            }
            #expect(try await attempt { _ in } == ["own", "null", "root"])
            #expect(try await attempt { $0.readable = [bench.outside] } == ["kept", "own", "null", "root"])
            #expect(
                try await attempt { $0.writable = [bench.outside] } == [
                    "kept", "written", "gone", "own", "null", "root",
                ])
            #expect(try await attempt { $0.readable = [bench.outside + "/none"] } == ["own", "null", "root"])
            let free = try await attempt { $0.level = .limits }
            #expect(free == ["kept", "written", "gone", "own", "null"])
        }
    }

    @Test(.enabled(if: support.landlock > 0, "the kernel has no Landlock"))
    func ofProcessesItSeesItself() async throws {
        try await ChildBench.with { (bench: ChildBench) async throws in
            // More than it may have itself.
            let many = (0..<300).map { _ in open("/dev/null", O_RDONLY | O_CLOEXEC) }
            defer { for descriptor in many { close(descriptor) } }
            let script = """
                import os
                def reads(path):
                    try: return len(open(path).read()) > 0
                    except OSError: return False
                print(reads("/proc/self/environ"), reads("/proc/self/maps"), reads("/proc/cpuinfo"))
                print(reads("/proc/%d/environ" % os.getppid()), reads("/proc/%d/cmdline" % os.getppid()))
                """
            let result = try await bench.run(bench.python(script))
            #expect(result.lines == ["True True True", "False False"])
        }
    }

    @Test(.enabled(if: support.landlock >= 6, "Landlock of this kernel knows no signals"))
    func itSendsNoSignalsOutside() async throws {
        try await ChildBench.with { (bench: ChildBench) async throws in
            let result = try await bench.run(
                bench.shell("kill -0 $PPID 2>&1 || echo refused; sleep 1000 & kill $! && echo sent"))
            #expect(result.lines.suffix(2) == ["refused", "sent"])
        }
    }

    @Test func itsLimitsHold() async throws {
        try await ChildBench.with { (bench: ChildBench) async throws in
            var child = bench.shell("ulimit -n; ulimit -c; ulimit -f; ulimit -t; ulimit -v")
            child.limits.descriptors = 77
            child.limits.fileBytes = 512 * 1000
            child.limits.processorSeconds = 9
            child.limits.memoryBytes = 1024 * 4_000_000
            let result = try await bench.run(child)
            #expect(result.lines == ["77", "0", "1000", "9", "4000000"])
            child.sandbox.level = .none
            let free = try await bench.run(child)
            #expect(free.lines.first != "77")
        }
    }

    /// Whoever runs the gateway with less gives its programs no more than that.
    @Test func aLimitThatIsLowerStays() async throws {
        try await ChildBench.with { (bench: ChildBench) async throws in
            var own = rlimit()
            #expect(getrlimit(__rlimit_resource_t(RLIMIT_CPU.rawValue), &own) == 0)
            // Nobody computes for so long, and it may be raised again.
            var lower = rlimit(rlim_cur: 100_000, rlim_max: own.rlim_max)
            #expect(setrlimit(__rlimit_resource_t(RLIMIT_CPU.rawValue), &lower) == 0)
            defer { setrlimit(__rlimit_resource_t(RLIMIT_CPU.rawValue), &own) }
            var child = bench.shell("ulimit -S -t; ulimit -H -t")
            child.limits.processorSeconds = 200_000
            #expect(try await bench.run(child).lines == ["100000", "200000"])
            child.limits.processorSeconds = 50_000
            #expect(try await bench.run(child).lines == ["50000", "50000"])
        }
    }

    @Test func whoComputesForTooLongIsEnded() async throws {
        try await ChildBench.with { bench in
            var child = bench.shell("while :; do :; done")
            child.limits.processorSeconds = 1
            let result = try await bench.run(child)
            #expect([.killed(signal: Int(SIGXCPU)), .killed(signal: Int(SIGKILL))].contains(result.ending))
            #expect(result.stopped == nil)
        }
    }

    @Test func itGainsNoPrivileges() async throws {
        try await ChildBench.with { bench in
            let script = "print(*[line for line in open('/proc/self/status') if line.startswith('NoNewPrivs')])"
            let result = try await bench.run(bench.python(script))
            #expect(result.text.contains("NoNewPrivs:\t1"))
        }
    }

    @Test(
        arguments: [
            (.none, 7, true, "none: nothing", true),
            (.limits, 7, true, "limits: limits", true),
            (
                .standard, 7, true,
                "default: limits, no new privileges, filtered system calls, bound files and signals (Landlock 7)", true
            ),
            (
                .standard, 0, true,
                "default: limits, no new privileges, filtered system calls; not in this kernel: Landlock", true
            ),
            (.standard, 0, false, "default: limits, no new privileges; not in this kernel: seccomp, Landlock", true),
            (
                .strict, 0, true,
                "strict: limits, no new privileges, filtered system calls; not in this kernel: Landlock; so nothing is run",
                false
            ),
            (
                .strict, 2, true,
                "strict: limits, no new privileges, filtered system calls, bound files (Landlock 2)", true
            ),
        ] as [(SandboxLevel, Int, Bool, String, Bool)])
    func theLevelInForceIsSaid(
        level: SandboxLevel, landlock: Int, filtersCalls: Bool, words: String, mayRun: Bool
    ) {
        let inForce = SandboxSupport(landlock: landlock, filtersCalls: filtersCalls).inForce(level)
        #expect(inForce.description == words)
        #expect(inForce.mayRun == mayRun)
    }
}

/// A Unix socket in a folder of its own, which says `hello` to whoever connects.
private final class LocalListener: Sendable {
    let folder: String
    private let descriptor: Int32

    var path: String { folder + "/socket" }
    /// Leads to the socket.
    var link: String { folder + "/link" }

    init() throws {
        // A path of a socket has at most 107 octets, whatever TMPDIR is.
        folder = "/tmp/luma-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: folder + "/socket")
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: (folder + "/socket").utf8) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(result == 0 && listen(descriptor, 8) == 0)
        let listening = descriptor
        Thread.detachNewThread {
            while true {
                let connection = accept(listening, nil, nil)
                if connection < 0 { break }
                _ = write(connection, "hello", 5)
                close(connection)
            }
            close(listening)
        }
    }

    /// Nobody is answered any more.
    func end() {
        shutdown(descriptor, Int32(SHUT_RDWR))
        try? FileManager.default.removeItem(atPath: folder)
    }
}
