import Glibc
import IO
import Settings

/// Which program of this machine listens on a port, as far as this user may see.
enum PortHolder {
    /// Its name and process id, such as `nginx (process 812)`; nil when it cannot be told.
    static func name(of port: UInt16) -> String? {
        let sockets = Set(["/proc/net/tcp", "/proc/net/tcp6"].flatMap { listening(on: port, in: table($0)) })
        guard !sockets.isEmpty, let processes = try? SmallFile.names(in: "/proc", suffix: "") else { return nil }
        for process in processes where process.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            guard let descriptors = try? SmallFile.names(in: "/proc/\(process)/fd", suffix: "") else { continue }
            for descriptor in descriptors {
                guard let target = link("/proc/\(process)/fd/\(descriptor)"), target.hasPrefix("socket:["),
                    sockets.contains(String(target.dropFirst(8).dropLast()))
                else { continue }
                let name = (try? SmallFile.read("/proc/\(process)/comm", limit: 256)) ?? nil
                return
                    "\(ConfigurationError.word((name ?? "a program").split(separator: "\n").first.map(String.init) ?? "")) "
                    + "(process \(process))"
            }
        }
        return nil
    }

    private static func table(_ path: String) -> String {
        ((try? SmallFile.read(path, limit: 8 << 20)) ?? nil) ?? ""
    }

    /// The inodes of the sockets that listen on a port, by a table of the kernel's (proc_pid_net(5)).
    static func listening(on port: UInt16, in table: String) -> [String] {
        table.split(separator: "\n").dropFirst().compactMap { line in
            let columns = line.split(separator: " ", omittingEmptySubsequences: true)
            // Local address, state (0A is LISTEN), inode.
            guard columns.count > 9, columns[3] == "0A",
                columns[1].split(separator: ":").last.flatMap({ UInt16($0, radix: 16) }) == port
            else { return nil }
            return String(columns[9])
        }
    }

    private static func link(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 256)
        let count = readlink(path, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
    }
}
