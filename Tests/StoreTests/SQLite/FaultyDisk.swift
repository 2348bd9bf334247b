import CSQLite
import Synchronization

/// The disk under SQLite's logs, which can be told to fail.
///
/// A layer over SQLite's own way to the disk, put there once for all tests of the process. It is in the way of those folders alone
/// that have a fault.
enum FaultyDisk {
    enum Fault: String, CaseIterable, Sendable {
        /// What was written cannot be made to last.
        case noFlush
        /// There is no room for more.
        case noRoom

        fileprivate var code: Int32 {
            switch self {
            case .noFlush: SQLITE_IOERR | (4 << 8)
            case .noRoom: SQLITE_FULL
            }
        }
    }

    private struct State {
        var faults: [String: Fault] = [:]
        /// The path of each open log, by the address of SQLite's file.
        var logs: [UInt: String] = [:]
        var hasMethods = false
    }

    private static let state = Mutex(State())
    // Written before the first log is opened by them, under the lock or at the one installation, and never again.
    private nonisolated(unsafe) static let layer = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
    private nonisolated(unsafe) static let under = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
    private nonisolated(unsafe) static let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    private nonisolated(unsafe) static let methodsUnder = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)

    /// From now on this fault, or none; called once before anything in the folder is opened.
    static func set(_ fault: Fault?, in folder: String) {
        _ = isInstalled
        state.withLock { $0.faults[folder] = fault }
    }

    private static let isInstalled: Bool = {
        guard let found = sqlite3_vfs_find(nil) else { return false }
        under.initialize(to: found.pointee)
        layer.initialize(to: found.pointee)
        layer.pointee.pNext = nil
        let name: StaticString = "faulty"
        layer.pointee.zName = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
        layer.pointee.xOpen = { layer, name, file, flags, flagsOut in
            let code = FaultyDisk.under.pointee.xOpen(layer, name, file, flags, flagsOut)
            if code == SQLITE_OK, flags & SQLITE_OPEN_WAL != 0, let file, let name {
                FaultyDisk.take(file, String(cString: name))
            }
            return code
        }
        return sqlite3_vfs_register(layer, 1) == SQLITE_OK
    }()

    private static func take(_ file: UnsafeMutablePointer<sqlite3_file>, _ path: String) {
        guard let found = file.pointee.pMethods else { return }
        let address = UInt(bitPattern: file)
        state.withLock { state in
            state.logs[address] = path
            guard !state.hasMethods else { return }
            state.hasMethods = true
            methodsUnder.initialize(to: found.pointee)
            methods.initialize(to: found.pointee)
            methods.pointee.xSync = { file, flags in
                FaultyDisk.code(.noFlush, of: file) ?? FaultyDisk.methodsUnder.pointee.xSync(file, flags)
            }
            methods.pointee.xWrite = { file, bytes, count, offset in
                FaultyDisk.code(.noRoom, of: file)
                    ?? FaultyDisk.methodsUnder.pointee.xWrite(file, bytes, count, offset)
            }
        }
        file.pointee.pMethods = UnsafePointer(methods)
    }

    /// The failure of this file, if it has this fault now.
    private static func code(_ fault: Fault, of file: UnsafeMutablePointer<sqlite3_file>?) -> Int32? {
        let address = UInt(bitPattern: file)
        return state.withLock { state in
            guard let path = state.logs[address] else { return nil }
            return state.faults.contains { $0.value == fault && path.hasPrefix($0.key) } ? fault.code : nil
        }
    }
}
