import CLinux
package import Core
import Glibc

/// The processors of this machine as far as this process may use them.
public enum Affinity {
    /// At least 1; a container or `taskset` may have made them fewer than the machine has.
    public static var usableCores: Int { max(1, Int(lm_usable_cores())) }
}

/// How many files and sockets this process may have open (setrlimit(2), RLIMIT_NOFILE).
public enum DescriptorLimit {
    /// Raises the soft limit, which is often 1024, to what the system allows this process.
    /// - Returns: the limit that holds now; nil when the system does not tell.
    @discardableResult
    public static func raise() -> Int? {
        let limit = Int(clamping: lm_raise_descriptor_limit())
        return limit > 0 ? limit : nil
    }
}

/// The C library's heaps. It gives each thread one of its own, eight for each processor at most, and what a thread has given
/// back is then of use to that thread only; but a loop goes on in whatever thread Dispatch has for it.
public enum HeapLimit {
    /// Lets all threads share one heap for each processor that may be used. Call it before there is a second thread.
    public static func set() { _ = lm_limit_heaps(Int32(clamping: Affinity.usableCores)) }
}

/// The memory of a program that holds keys and tokens, as a crash would leave it on the disk.
public enum MemoryDump {
    /// Leaves no core from now on, and lets other programs of the same user not look into this one's memory (PR_SET_DUMPABLE).
    /// A debugger of the same user cannot attach any more.
    public static func forbid() { lm_forbid_dump() }
}

/// What this process holds in memory.
public enum ResidentMemory {
    /// Gives back what only the start has needed. For once, when the program has come to rest; any thread.
    ///
    /// The start touches code and tables that nothing needs again: symbols of thirty libraries, Swift's records of
    /// conformances, parsers of settings. Those pages stay mapped, a third of all that is resident, until the kernel is
    /// short of memory; what is needed comes back from the page cache as it is touched.
    public static func releaseStart() {
        lm_release_memory()
    }
}

/// How wide a terminal is.
public enum TerminalSize {
    /// The columns of the terminal that a descriptor belongs to; nil when it is none or does not tell.
    public static func columns(of descriptor: Int32) -> Int? {
        let columns = Int(lm_terminal_columns(descriptor))
        return columns > 0 ? columns : nil
    }
}

/// The time zone of this machine.
package enum MachineZone {
    /// The zone of this machine: TZ (POSIX, XBD 8.3), or what /etc/localtime points to; UTC when nothing is set.
    package static func name(
        _ environment: [String: String], link: String? = localtimeLink()
    ) -> (String, origin: String) {
        if var given = environment["TZ"], !given.isEmpty {
            if given.hasPrefix(":") { given.removeFirst() }
            return (zoneName(inPath: given) ?? given, "TZ")
        }
        if let name = link.flatMap(zoneName) { return (name, "/etc/localtime") }
        return ("UTC", "no zone is set on this machine")
    }

    /// `Europe/Berlin` of `../usr/share/zoneinfo/Europe/Berlin`.
    private static func zoneName(inPath path: String) -> String? {
        guard let range = path.firstRange(of: "zoneinfo/") else { return nil }
        return String(path[range.upperBound...])
    }

    /// What `/etc/localtime` links to; nil when it is no link.
    package static func localtimeLink() -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/etc/localtime", &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// The system's time zones (Debian's tzdata), read when first asked for.
///
/// A zone is one local file of some kilobytes, read at most once in the life of the process, so its reading is the
/// one file access that a loop does by itself.
package enum SystemTimeZones {
    /// Where the rules of time zones are.
    package static let directory = "/usr/share/zoneinfo/"
    private static let largestZone = 256 << 10
    private static let largestList = 1 << 20

    /// The zones of this machine; each is read when it is first asked for.
    package static let database = TimeZoneDatabase(names: names()) { name in
        (try? SmallFile.bytes(directory + name, limit: largestZone)) ?? nil
    }

    /// The list is for suggestions only; a system without it still knows its zones.
    private static func names() -> [String] {
        guard let text = (try? SmallFile.bytes(directory + "tzdata.zi", limit: largestList)) ?? nil else { return [] }
        return TimeZoneName.parse(tzdataZi: text)
    }
}
