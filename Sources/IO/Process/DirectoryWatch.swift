import CLinux
import Glibc

/// Tells that something in some directories has become otherwise (inotify(7)), however often for one change. On one loop.
///
/// What happens while the kernel has no room for it, or on a file system that other machines change, is not told: who must know
/// all looks by himself now and then.
package final class DirectoryWatch: ReadinessHandler {
    private static let events =
        UInt32(IN_CREATE) | UInt32(IN_DELETE) | UInt32(IN_MOVED_FROM) | UInt32(IN_MOVED_TO) | UInt32(IN_CLOSE_WRITE)
        | UInt32(IN_ATTRIB) | UInt32(IN_DELETE_SELF) | UInt32(IN_MOVE_SELF) | UInt32(IN_ONLYDIR)

    private let descriptor: Int32
    private let reactor: Reactor
    private let changed: () -> Void
    private var watched: [String: Int32] = [:]
    private var isOver = false

    /// - Parameter changed: called on the loop, at most once for what comes together.
    package init(on reactor: Reactor, changed: @escaping () -> Void) throws(SystemError) {
        self.reactor = reactor
        self.changed = changed
        descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard descriptor >= 0 else { throw SystemError("inotify_init1") }
        do throws(SystemError) {
            try reactor.watch(descriptor, UInt32(LM_EPOLLIN), self)
        } catch {
            close(descriptor)
            isOver = true
            throw error
        }
    }

    deinit { if !isOver { close(descriptor) } }

    /// Watches these directories and no others; what is none is passed over.
    /// - Returns: whether one is watched that was not, in which things may have happened before.
    package func watch(_ paths: [String]) -> Bool {
        guard !isOver else { return false }
        let wanted = Set(paths)
        for (path, number) in watched where !wanted.contains(path) {
            inotify_rm_watch(descriptor, number)
            watched[path] = nil
        }
        var isNew = false
        for path in wanted {
            // Asked again for the same directory the kernel gives the same number; for another of that name, another.
            let number = inotify_add_watch(descriptor, path, Self.events)
            guard number >= 0 else {
                watched[path] = nil
                continue
            }
            let old = watched.updateValue(number, forKey: path)
            guard old != number else { continue }
            isNew = true
            // What had this name before may live on under another.
            if let old { inotify_rm_watch(descriptor, old) }
        }
        return isNew
    }

    /// Tells nothing more. The loop lets go of it.
    package func end() {
        guard !isOver else { return }
        isOver = true
        reactor.forget(descriptor)
        close(descriptor)
    }

    package func ready(_ events: UInt32) {
        withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 8) { buffer in
            // What they say does not matter: whoever hears of a change looks at everything.
            while read(descriptor, buffer.baseAddress, buffer.count) > 0 {}
        }
        changed()
    }
}
