import Core
import Glibc
import IO

/// What the kernel says about this process. `/proc` is answered out of the kernel's memory, so reading it waits for nothing.
struct ProcessStatus: MetricSource {
    let started: Timestamp

    func write(to text: inout MetricsText, now: MonotonicTime, on reactor: Reactor) async {
        text.single(
            "process_start_time_seconds", .gauge, "Start of the process, in seconds since 1970.",
            Double(started.milliseconds) / 1000)
        if let seconds = Self.processorSeconds() {
            text.single("process_cpu_seconds_total", .counter, "Processor time that was used, in seconds.", seconds)
        }
        if let pages = Self.memoryPages() {
            let size = Double(sysconf(Int32(_SC_PAGESIZE)))
            text.single("process_virtual_memory_bytes", .gauge, "Address space in bytes.", Double(pages.virtual) * size)
            text.single(
                "process_resident_memory_bytes", .gauge, "Memory that is resident, in bytes.",
                Double(pages.resident) * size)
        }
        if let count = Self.descriptors() {
            text.single("process_open_fds", .gauge, "Open descriptors.", Double(count))
        }
    }

    private static func processorSeconds() -> Double? {
        guard let text = (try? SmallFile.read("/proc/self/stat", limit: 4096)) ?? nil else { return nil }
        // The name stands in parentheses and may hold anything; after it, time in user mode is the 12th field.
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]) else { return nil }
        return Double(user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func memoryPages() -> (virtual: Int, resident: Int)? {
        guard let text = (try? SmallFile.read("/proc/self/statm", limit: 4096)) ?? nil else { return nil }
        let numbers = text.split(separator: " ").prefix(2).compactMap { Int($0) }
        return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
    }

    private static func descriptors() -> Int? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // Not counted: itself, its parent, and the descriptor that reads them.
        return max(0, count - 3)
    }
}
