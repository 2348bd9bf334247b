import Core
import IO
import ToolHost
import ToolSources

/// What `luma-mcp upstreams` is asked for.
public enum UpstreamsCall: Sendable, Equatable {
    /// What a gateway with these settings offers of other MCP servers.
    case list(json: Bool)
    /// What one server offers, and what is wrong with it.
    case check(name: String)
    /// What one server offers that was not approved.
    case diff(name: String)
    /// Take what one server offers from now on.
    /// - digest: that of what `diff` has shown; nil for whatever it offers now.
    case approve(name: String, digest: String?)

    /// The one server that it is about; nil for all.
    fileprivate var name: String? {
        switch self {
        case .list: nil
        case .check(let name), .diff(let name), .approve(let name, _): name
        }
    }
}

/// `luma-mcp upstreams`: for those who run other MCP servers behind the gateway. Asks these servers and no gateway; only `approve`
/// changes anything.
package struct UpstreamsCommand {
    /// Until each server has said what it offers, or has not.
    private static let seconds = 30.0

    private let call: UpstreamsCall
    private let environment: [String: String]

    package init(_ call: UpstreamsCall, environment: [String: String]) {
        self.call = call
        self.environment = environment
    }

    /// - Parameter resolve: finds the settings.
    /// - Returns: the exit code: 0 when all is well, 1 when something is not offered, differs, or could not be approved.
    package func run(_ resolve: () throws -> (file: String, dataDirectory: String?)?) async throws -> Int32 {
        guard let found = try resolve() else {
            throw StartFailure(
                .configuration, "LUMA_UPSTREAMS_FILE is not set: set it to the file that names your MCP servers.")
        }
        let folder = found.dataDirectory ?? ServeCommand.dataDirectory
        let probe = UpstreamProbe(UpstreamPinFiles(below: folder))
        var settings = UpstreamHost.Settings(file: found.file, environment: environment, pins: probe)
        if let name = call.name {
            let (known, problems) = UpstreamHost.names(settings)
            if let problem = problems.first { throw StartFailure(.configuration, problem) }
            guard known.contains(name) else { throw Self.unknown(name, known) }
            settings.only = name
        }
        let snapshot = try await survey(settings)
        switch call {
        case .list(let asJSON):
            let report = UpstreamReport(snapshot)
            StandardOutput.write(
                asJSON ? String(decoding: report.json.encoded, as: UTF8.self) : report.text(withTools: false))
            return report.isComplete ? 0 : 1
        case .check:
            let report = UpstreamReport(snapshot)
            StandardOutput.write(report.text(withTools: true))
            return report.isComplete ? 0 : 1
        case .diff(let name): return diff(name, snapshot, probe)
        case .approve(let name, let digest): return try approve(name, digest, snapshot, probe, folder)
        }
    }

    private static func unknown(_ name: String, _ known: [String]) -> StartFailure {
        let names = known.isEmpty ? "none" : known.joined(separator: ", ")
        return StartFailure(
            .configuration,
            "LUMA_UPSTREAMS_FILE has no entry \(Neutral.quoted(name))"
                + NearestName.hint(for: name, among: known, or: "; it has: \(names)"))
    }

    private func survey(_ settings: UpstreamHost.Settings) async throws(StartFailure) -> UpstreamSnapshot {
        let tellsAll = if case .check = call { true } else { false }
        let host: UpstreamHost
        do throws(SystemError) {
            host = try UpstreamHost(settings) { event in
                guard tellsAll, event.level != .info else { return }
                let values = event.fields.filter { $0.name != "upstream" }.map(\.value)
                StandardError.write(([event.message] + values).joined(separator: ": "))
            }
        } catch {
            throw StartFailure(.unavailable, "MCP servers cannot be asked: \(error)")
        }
        host.read { _, _ in }
        let snapshot = await host.survey(seconds: Self.seconds)
        await host.end()
        return snapshot
    }

    // MARK: Pins

    /// What a server offers now; nil when it cannot be compared, which is said.
    private func definitions(_ name: String, _ snapshot: UpstreamSnapshot, _ probe: UpstreamProbe) -> SourceDefinitions?
    {
        guard let offer = probe.offer(of: name) else {
            let state = snapshot.upstreams.first { $0.name == name }
            let reason =
                state?.phase == .on && state?.reason == nil
                ? "its entry says \"pin\": \"off\", so nothing is compared" : state?.reason ?? "it has said nothing yet"
            StandardError.write("\(name): \(reason)")
            return nil
        }
        do throws(SourceTooLarge) {
            return try SourceDefinitions(offer)
        } catch {
            StandardError.write("\(name): \(error)")
            return nil
        }
    }

    private func diff(_ name: String, _ snapshot: UpstreamSnapshot, _ probe: UpstreamProbe) -> Int32 {
        guard let now = definitions(name, snapshot, probe) else { return 1 }
        let record = probe.files.record(of: name)
        if case .pinned(let pin) = record, PinComparison(pin.definitions, now).isSame {
            StandardOutput.write("\(name) offers what \(pin.since).")
            return 0
        }
        StandardOutput.write(Self.text(name, now, record).joined(separator: "\n"))
        return 1
    }

    private static func text(_ name: String, _ now: SourceDefinitions, _ record: PinRecord) -> [String] {
        var lines: [String]
        var before = SourceDefinitions.nothing
        switch record {
        case .none: lines = ["Nothing of \(name) is approved. It offers:"]
        case .unreadable(let reason): lines = ["What was approved of \(name) is lost: the file \(reason). It offers:"]
        case .pinned(let pin):
            lines = ["\(name) does not offer what \(pin.since):"]
            before = pin.definitions
        }
        lines += PinDifferenceText(before, now).lines
        return lines + ["", "To take it: luma-mcp upstreams approve \(name) \(UpstreamPinFiles.digest(of: now))"]
    }

    private func approve(
        _ name: String, _ digest: String?, _ snapshot: UpstreamSnapshot, _ probe: UpstreamProbe, _ folder: String
    ) throws -> Int32 {
        guard let now = definitions(name, snapshot, probe) else { return 1 }
        let found = UpstreamPinFiles.digest(of: now)
        if let digest, digest.lowercased() != found {
            StandardError.write("\(name) offers something else by now: look again with luma-mcp upstreams diff \(name)")
            return 1
        }
        do throws(SystemError) {
            try probe.files.approve(now, of: name)
        } catch {
            throw StartFailure(
                .configuration,
                "It could not be written into \(Neutral.quoted(folder)): \(error). LUMA_DATA_DIR must be the gateway's."
            )
        }
        func counted(_ kind: SourceDefinitions.Kind) -> String {
            Plural.count(now.definitions.count { $0.key.kind == kind }, kind.rawValue)
        }
        StandardOutput.write(
            "Approved \(counted(.tool)) and \(counted(.prompt)) of \(name), in \(folder). A running gateway takes it on SIGHUP."
        )
        return 0
    }
}

extension SourcePin {
    /// Fits behind "it offers what".
    fileprivate var since: String {
        switch origin {
        case .firstContact: "it offered first, at \(recorded)"
        case .approval: "was approved at \(recorded)"
        }
    }
}
