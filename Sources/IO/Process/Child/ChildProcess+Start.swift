import CLinux
import Core
import Glibc

extension ChildProcess {
    /// Starts it in its directory, which is there. On the spawner's thread only, with whose end it would be killed.
    /// - Parameter own: its own directory; nil when it has another.
    /// - Throws: `SpawnFailure`, and nothing of it is left.
    func start(in own: inout RunDirectory?, now: MonotonicTime) throws(SpawnFailure) -> StartedChild {
        let path =
            switch directory {
            case .at(let path): path
            case .own: own?.place.path ?? ""
            }
        var environment = environment
        for name in directoryVariables where environment[name] == nil { environment[name] = path }
        func hasEnd(_ word: String) -> Bool { word.utf8.contains(0) }
        guard program.hasPrefix("/"), path.hasPrefix("/"), !hasEnd(program), !hasEnd(path),
            !arguments.contains(where: hasEnd),
            !environment.contains(where: { name, value in
                name.isEmpty || name.utf8.contains(UInt8(ascii: "=")) || hasEnd(name) || hasEnd(value)
            })
        else { throw SpawnFailure(stage: .words, code: EINVAL) }
        let support = SandboxSupport.current
        guard support.inForce(sandbox.level).mayRun else { throw SpawnFailure(stage: .sandbox, code: ENOSYS) }
        let folder = own?.descriptor ?? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw SpawnFailure(stage: .directory, code: errno) }
        defer { if own == nil { close(folder) } }
        let grant = SandboxGrant(self)
        let ruleset = try ruleset(support, for: grant, in: &own, folder, now)
        defer { if own == nil, ruleset >= 0 { close(ruleset) } }
        let streams = try Streams()
        var started = lm_started()
        let limits = limits(now: now)
        let isStarted = CWords.with([program] + arguments) { arguments in
            CWords.with(environment.map { "\($0.key)=\($0.value)" }) { environment in
                program.withCString { path in
                    limits.withUnsafeBufferPointer { limits in
                        var program = lm_program()
                        program.path = path
                        program.arguments = arguments
                        program.environment = environment
                        program.ends = streams.theirs
                        program.directory = folder
                        program.ruleset = ruleset
                        program.limits = limits.baseAddress
                        program.limit_count = Int32(limits.count)
                        program.no_new_privileges = sandbox.level.isBound ? 1 : 0
                        program.calls = grant.refusedCalls(support)
                        return lm_spawn(&program, &started) == 0
                    }
                }
            }
        }
        streams.closeTheirs()
        guard isStarted else {
            streams.closeOurs()
            throw SpawnFailure(inChild: started.stage, code: started.error)
        }
        return StartedChild(
            process: started.process, descriptor: started.descriptor, input: streams.input, output: streams.output,
            errors: streams.errors, directory: own)
    }

    /// What binds it to files, which its own directory keeps for the next program, or else the caller closes; -1 for nothing.
    private func ruleset(
        _ support: SandboxSupport, for grant: SandboxGrant, in own: inout RunDirectory?, _ folder: Int32,
        _ now: MonotonicTime
    ) throws(SpawnFailure) -> Int32 {
        if let kept = own?.ruleset(for: grant, now: now) { return kept }
        let ruleset = try grant.ruleset(support, in: folder, isOwn: own != nil)
        if ruleset >= 0 { own?.keep(KeptRuleset(ruleset, for: grant, now: now)) }
        return ruleset
    }

    private func limits(now: MonotonicTime) -> [lm_limit] {
        if sandbox.level == .none { return [] }
        func limit(_ resource: Int, _ value: Int) -> lm_limit {
            lm_limit(resource: Int32(resource), value: UInt64(max(value, 0)))
        }
        var all = [
            limit(LM_LIMIT_FSIZE, limits.fileBytes), limit(LM_LIMIT_NOFILE, limits.descriptors),
            limit(LM_LIMIT_CORE, 0),
        ]
        // A day and more is as good as none.
        let time = deadline.map { Int(min(max($0.seconds(since: now), 0), 100_000).rounded(.up)) }
        if let seconds = limits.processorSeconds ?? time.map({ $0 + 5 }) { all.append(limit(LM_LIMIT_CPU, seconds)) }
        if let memory = limits.memoryBytes { all.append(limit(LM_LIMIT_AS, memory)) }
        return all
    }
}

extension SpawnFailure {
    /// - Parameter stage: of `lm_started`, from 1 on.
    fileprivate init(inChild stage: Int32, code: Int32) {
        let stages: [Stage] = [
            .clone, .session, .parent, .descriptors, .directory, .limits, .privileges, .ruleset, .calls, .exec,
        ]
        let index = Int(stage) - 1
        self.init(stage: stages.indices.contains(index) ? stages[index] : .clone, code: code)
    }
}

/// The pipes to and from a child that is to be started.
private struct Streams {
    let input: Int32
    let output: Int32
    let errors: Int32
    /// What become its descriptors 0, 1 and 2.
    let theirs: (Int32, Int32, Int32)

    init() throws(SpawnFailure) {
        var pairs: [(Int32, Int32)] = []
        // It reads the first and writes the others.
        for mine in [1, 0, 0] {
            var pair: (Int32, Int32) = (-1, -1)
            let result = withUnsafeMutablePointer(to: &pair) {
                $0.withMemoryRebound(to: Int32.self, capacity: 2) { lm_pipe($0, Int32(mine)) }
            }
            guard result == 0 else {
                let code = errno
                for (reading, writing) in pairs {
                    close(reading)
                    close(writing)
                }
                throw SpawnFailure(stage: .pipes, code: code)
            }
            pairs.append(pair)
        }
        (input, output, errors) = (pairs[0].1, pairs[1].0, pairs[2].0)
        theirs = (pairs[0].0, pairs[1].1, pairs[2].1)
    }

    func closeTheirs() {
        for descriptor in [theirs.0, theirs.1, theirs.2] { close(descriptor) }
    }

    func closeOurs() {
        for descriptor in [input, output, errors] { close(descriptor) }
    }
}

/// Words as C wants them: pointers to texts that end with NUL, and NULL after the last.
private enum CWords {
    /// None of them may hold a NUL. The pointers are good until `body` returns.
    static func with<Result>(
        _ words: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        let size = words.reduce(0) { $0 + $1.utf8.count + 1 }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: max(size, 1)) { text in
            withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<CChar>?.self, capacity: words.count + 1) {
                pointers in
                var place = 0
                for (index, word) in words.enumerated() {
                    pointers.initializeElement(at: index, to: text.baseAddress! + place)
                    let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(text)[place...])
                    rest.copyBytes(from: word.utf8)
                    place += word.utf8.count
                    text.initializeElement(at: place, to: 0)
                    place += 1
                }
                pointers.initializeElement(at: words.count, to: nil)
                return body(UnsafePointer(pointers.baseAddress!))
            }
        }
    }
}
