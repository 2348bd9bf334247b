import Core
import GatewayAPI
import IO
import MCP
import Settings
import Synchronization

/// The toolsets, for all loops. Replaced as a whole when their file is read again.
final class ToolsetTable: Sendable {
    private let sets: Mutex<[String: ToolFilter]>

    init(_ sets: [String: ToolFilter] = [:]) { self.sets = Mutex(sets) }

    var count: Int { sets.withLock(\.count) }

    func replace(_ new: [String: ToolFilter]) { sets.withLock { $0 = new } }

    subscript(name: String) -> ToolFilter? { sets.withLock { $0[name] } }

    /// What a client chooses by these names, of which each shows what is in its toolset; nil when there is none of one of them.
    func choice(_ names: [String]) -> Toolset? {
        guard !names.isEmpty, sets.withLock({ sets in names.allSatisfy { sets[$0] != nil } }) else { return nil }
        return Toolset(names.joined(separator: ",")) { [self] in
            sets.withLock { sets in names.compactMap { sets[$0] } }
        }
    }

    /// What the option `--toolset` chooses; nil when it is not given.
    /// - Throws: that there is no such toolset.
    func choice(option names: [String]) throws(StartFailure) -> Toolset? {
        if names.isEmpty { return nil }
        guard names.count <= ToolsetList.maxSets, let choice = choice(names) else {
            throw StartFailure(.configuration, "--toolset names a toolset that LUMA_TOOLSETS does not have.")
        }
        return choice
    }

    /// The field by which a request names toolsets, with commas between.
    static let field = "x-mcp-toolsets"

    /// What a request chooses: by its path, else by the field, else nothing.
    /// - Throws: what to answer when there is no such toolset. Nobody who wants less is shown everything.
    func choice(path: String?, _ fields: [String]) throws(APIError) -> Toolset? {
        if let path {
            guard let choice = choice([path]) else { throw .unknownToolset }
            return choice
        }
        guard !fields.isEmpty else { return nil }
        let names = fields.flatMap { $0.split(separator: ",").map { String($0).trimmingBlanks } }
            .filter { !$0.isEmpty }
        // A field that names nothing comes from a client whose configuration lacks the name: all is not what it wanted.
        guard !names.isEmpty, names.count <= ToolsetList.maxSets, let choice = choice(names) else {
            throw .unknownToolsetNamed
        }
        return choice
    }
}

extension Configuration.Access {
    /// The toolsets that stand in the setting itself.
    var listedToolsets: ToolsetTable {
        if case .listed(let sets)? = toolsets { ToolsetTable(sets) } else { ToolsetTable() }
    }
}

extension APIError {
    fileprivate static let unknownToolset = APIError(.notFound, "There is no toolset with this name")
    fileprivate static let unknownToolsetNamed = APIError(
        .badRequest, "X-MCP-Toolsets names a toolset that does not exist here")
}

extension Configuration {
    /// The toolsets. Reads their file, so it blocks.
    func toolsets() throws(StartFailure) -> ToolsetTable { ToolsetTable(try readToolsets()) }

    /// What the toolsets are now.
    fileprivate func readToolsets() throws(StartFailure) -> [String: ToolFilter] {
        switch access.toolsets {
        case nil: return [:]
        case .listed(let sets): return sets
        case .file(let path):
            let text: String?
            do throws(SmallFile.Failure) {
                text = try SmallFile.read(path, limit: ToolsetList.maxBytes)
            } catch {
                throw StartFailure(.configuration, "LUMA_TOOLSETS: \(path): \(error).")
            }
            guard let text else { throw StartFailure(.configuration, "LUMA_TOOLSETS: \(path): does not exist.") }
            let reading = ToolsetList.read(text)
            guard reading.problems.isEmpty else {
                throw StartFailure(
                    .configuration, "LUMA_TOOLSETS: \(path): \(reading.problems.joined(separator: "; ")).")
            }
            return reading.sets
        }
    }

    /// Tokens and toolsets as they are now: those of files are read again.
    /// - Throws: what is wrong, also when a token names a toolset that does not exist.
    func readAccess() throws(StartFailure) -> (tokens: [AccessToken]?, toolsets: [String: ToolFilter]) {
        let toolsets = try readToolsets()
        let tokens = try readTokens()
        for (index, token) in (tokens ?? []).enumerated() {
            guard let name = token.toolset, toolsets[name] == nil else { continue }
            throw StartFailure(
                .configuration, "LUMA_AUTH_TOKENS: entry \(index + 1) names a toolset that LUMA_TOOLSETS does not have."
            )
        }
        return (tokens, toolsets)
    }

    /// Reads the files of tokens and of toolsets again; if one cannot be used that is told, and all stays as it was.
    func renew(_ rules: AccessRules, _ log: LogSink) {
        let hasTokens = if case .file? = access.tokens { true } else { false }
        let hasToolsets = if case .file? = access.toolsets { true } else { false }
        guard hasTokens || hasToolsets else { return }
        do throws(StartFailure) {
            let (tokens, toolsets) = try readAccess()
            rules.toolsets.replace(toolsets)
            if let tokens { rules.tokens?.replace(tokens) }
            if hasTokens {
                log.log(
                    LogEvent(
                        time: WallClock.now, .info, "Tokens reloaded", ["tokens": .integer(tokens?.count ?? 0)]))
            }
            if hasToolsets {
                log.log(
                    LogEvent(
                        time: WallClock.now, .info, "Toolsets reloaded", ["toolsets": .integer(toolsets.count)]))
            }
        } catch {
            log.log(
                LogEvent(
                    time: WallClock.now, .error, "Cannot reload tokens and toolsets; the old ones stay in use",
                    ["cause": .text(error.description)]))
        }
    }
}
