import Glibc

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

    package static func localtimeLink() -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/etc/localtime", &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
