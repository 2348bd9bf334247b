import HTTP
import IO
import Synchronization

/// Fetches files for the calls of all loops, on a loop of its own: it waits for the disk. Safe to use from any thread.
final class FileFetcher: Sendable {
    private struct State {
        var underWay = 0
        var isOver = false
        var ending: UnsafeContinuation<Void, Never>?
    }

    private let loop: Loop
    private let fetches: LoopBound<FileFetch>
    private let state = Mutex(State())

    private init(_ loop: Loop, _ fetches: LoopBound<FileFetch>) { (self.loop, self.fetches) = (loop, fetches) }

    static func make() async throws(SystemError) -> FileFetcher {
        let loop = try Loop(label: "luma-mcp.fetch")
        loop.start()
        let executor = loop.executor
        let fetches = await loop.perform { loop in LoopBound(FileFetch(on: loop.reactor), on: executor) }
        return FileFetcher(loop, fetches)
    }

    /// Fetches a file into a directory, which is made for it and is not there when that fails. Cancelling the task ends it.
    func fetch(
        _ address: String, by rule: FetchRule, into directory: PrivateDirectory, as name: String
    ) async throws(FetchFailure) -> FetchedFile {
        guard begin() else { throw FetchFailure(.cancelled) }
        defer { ended() }
        return try await loop.fetch(address, by: rule, into: directory, as: name, fetches)
    }

    /// Ends what is under way, and refuses what is to come. The loops on which is waited for it must still run.
    func end() async {
        state.withLock { $0.isOver = true }
        await loop.end(fetches)
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            let isDone = state.withLock { state in
                if state.underWay > 0 { state.ending = continuation }
                return state.underWay == 0
            }
            if isDone { continuation.resume() }
        }
        await loop.stop()
    }

    private func begin() -> Bool {
        state.withLock { state in
            if !state.isOver { state.underWay += 1 }
            return !state.isOver
        }
    }

    private func ended() {
        let ending = state.withLock { state in
            state.underWay -= 1
            guard state.underWay == 0 else { return UnsafeContinuation<Void, Never>?.none }
            defer { state.ending = nil }
            return state.ending
        }
        ending?.resume()
    }
}

extension Loop {
    fileprivate func fetch(
        _ address: String, by rule: FetchRule, into directory: PrivateDirectory, as name: String,
        _ fetches: LoopBound<FileFetch>
    ) async throws(FetchFailure) -> FetchedFile {
        do throws(SystemError) { try directory.make() } catch { throw FetchFailure(.storage) }
        do throws(FetchFailure) {
            return try await fetches.value.fetch(address, by: rule, to: directory.path + "/" + name)
        } catch {
            // It holds nothing; what stays for all that goes with the folder of all runs.
            try? directory.remove()
            throw error
        }
    }

    fileprivate func end(_ fetches: LoopBound<FileFetch>) { fetches.value.end() }
}
