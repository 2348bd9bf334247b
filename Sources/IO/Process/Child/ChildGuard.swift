import CLinux
import Glibc

/// Has the groups of programs killed when this process is killed itself, by a process of its own that waits for that.
///
/// A program dies with this process anyway, what it has started does not. Who has left its program's group is beyond reach:
/// that is what the control group of a service is for. Belongs to the spawner, which locks it.
struct ChildGuard {
    /// Nil when the system had none: then programs alone die with this process.
    private let shared: lm_guard?
    private var places: [pid_t: Int] = [:]
    private var free: [Int]

    init() {
        var guardian = lm_guard()
        shared = lm_start_guard(&guardian) == 0 ? guardian : nil
        free = Array((0..<Int(LM_GUARDED)).reversed())
    }

    /// Looks after the group of a program that has started; of more than it has places for the rest is not.
    mutating func add(_ process: pid_t) {
        guard let shared, let place = free.popLast() else { return }
        places[process] = place
        shared.groups[place] = process
    }

    /// Before the program is reaped, after which the number may be another's.
    mutating func remove(_ process: pid_t) {
        guard let shared, let place = places.removeValue(forKey: process) else { return }
        shared.groups[place] = 0
        free.append(place)
    }
}
