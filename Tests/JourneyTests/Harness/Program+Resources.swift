import Foundation

/// What the kernel knows of the running program.
extension Program {
    /// Open descriptors.
    func descriptors() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(identifier)/fd").count
    }

    /// Resident memory in kilobytes.
    func residentKilobytes() throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line.flatMap { Int($0.split(whereSeparator: { !$0.isNumber }).first ?? "") } ?? 0
    }

    /// Processor time used so far, in seconds.
    func processorSeconds() throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(identifier)/stat", encoding: .utf8)
        // The name in parentheses may hold spaces; after it utime and stime are the 12th and 13th.
        let fields = text[text.index(after: text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        let ticks = (Double(fields[11]) ?? 0) + (Double(fields[12]) ?? 0)
        return ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}

/// Connections of this machine whose own end is at `port` and still has a program behind it.
func openConnections(port: String) throws -> Int {
    var count = 0
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let text = try String(contentsOfFile: table, encoding: .utf8)
        for line in text.split(separator: "\n").dropFirst() {
            let columns = line.split(separator: " ")
            // Local address, state (0A is LISTEN), inode.
            guard columns.count > 9, columns[3] != "0A", columns[9] != "0" else { continue }
            let local = columns[1].split(separator: ":").last.flatMap { Int($0, radix: 16) }
            if local == Int(port) { count += 1 }
        }
    }
    return count
}
