package import Core
import Crypto
import GatewayAPI
import Glibc
import HTTP
package import IO

/// What a command gives: nothing of it is written before all of it is there, so that a failure leaves standard output empty.
package struct CommandOutput: Sendable {
    /// For standard output, or for `file`.
    package var bytes: [UInt8] = []
    package var file: String?
    /// For the person, on standard error.
    package var notes: [String] = []
}

/// `luma-mcp events`: one sub-command against a running gateway.
package struct EventsCommand: Sendable {
    private(set) var call: EventsCall
    package let environment: [String: String]
    /// Standard output and standard error.
    package let output: Terminal
    package let errors: Terminal

    package init(_ call: EventsCall, environment: [String: String]) {
        (self.call, self.environment) = (call, environment)
        output = Terminal.of(STDOUT_FILENO, environment)
        errors = Terminal.of(STDERR_FILENO, environment)
    }

    /// - Returns: the exit code.
    package func run() async -> Int32 {
        do throws(CommandFailure) {
            // Many requests and not one, with a loop, signals and a report of its own.
            if call.verb == .import { return try await ImportCommand(call, environment).run().rawValue }
            let result = try await result()
            for note in result.notes {
                // A terminal would break it within a word.
                let lines = "luma-mcp: \(note)".wrapped(to: errors.columns.map { max(20, $0) - 2 } ?? .max)
                StandardError.write(lines.joined(separator: "\n  "))
            }
            try OutputFile.write(result.bytes, to: result.file, isTerminal: output.isTerminal)
            return ExitStatus.ok.rawValue
        } catch {
            tell(error)
            return error.status.rawValue
        }
    }

    private func tell(_ failure: CommandFailure) {
        // Names of files and words of the command line stand in them: on a terminal they do nothing.
        let lines = failure.lines.map { Neutral.text($0) }.enumerated().map { index, line in
            index == 0 ? "luma-mcp: \(errors.styled(line, .red))" : "  \(line)"
        }
        StandardError.write(lines.joined(separator: "\n"))
    }

    private func result() async throws(CommandFailure) -> CommandOutput {
        try await onLoop { client, now throws(CommandFailure) in try await work(client, now: now) }
    }

    /// Runs work with a client on a loop of its own, until it has ended or is interrupted.
    package func onLoop(
        _ work: @escaping @Sendable (GatewayClient, Timestamp) async throws(CommandFailure) -> CommandOutput
    ) async throws(CommandFailure) -> CommandOutput {
        let target = try GatewayTarget.resolve(call, environment)
        let signals = Signals([SIGINT, SIGTERM])
        let mark = WriteMark()
        let (results, result) = AsyncStream<Result<CommandOutput, CommandFailure>>.makeStream()
        let interruption = Task {
            for await _ in signals.stream {
                let advice = mark.current.map { [CommandFailure.repeatAdvice($0)] } ?? []
                result.yield(.failure(CommandFailure(.interrupted, "interrupted", advice)))
            }
        }
        defer { interruption.cancel() }
        do {
            let loop = try Loop(label: "luma-mcp.events")
            loop.start()
            try await loop.perform { loop in
                let transport = try CurlTransport(reactor: loop.reactor, settings: Self.settings(target))
                let clock = LoopClock(loop.reactor)
                let client = GatewayClient(target, transport: transport, clock: clock, mark: mark)
                _ = loop.reactor.start {
                    do throws(CommandFailure) {
                        result.yield(.success(try await work(client, clock.wallClock)))
                    } catch {
                        result.yield(.failure(error))
                    }
                    transport.shutdown()
                }
            }
        } catch {
            throw CommandFailure(.software, "the command cannot start: \(error)")
        }
        for await first in results { return try first.get() }
        throw CommandFailure(.interrupted, "interrupted")
    }

    package static func settings(_ target: GatewayTarget) -> CurlTransport.Settings {
        var settings = CurlTransport.Settings()
        settings.maxResponseBytes = GatewayClient.largestAnswer
        settings.responseFields = GatewayClient.answerFields
        settings.caFile = target.caFile
        settings.userAgent = Version.product
        return settings
    }

    private func work(_ client: GatewayClient, now: Timestamp) async throws(CommandFailure) -> CommandOutput {
        let command = try await withEventID(client)
        switch call.verb {
        case .list: return try await list(client, now)
        case .get: return try await command.get(client)
        case .create: return try await create(client, now)
        case .update: return try await command.update(client, now)
        case .cancel: return try await command.cancel(client)
        case .export: return try await export(client, now)
        case .templates: return try await templates(client)
        case .import: preconditionFailure("an import is run by ImportCommand")
        }
    }

    /// The same command with the id of the event in place of the address of its page.
    private func withEventID(_ client: GatewayClient) async throws(CommandFailure) -> EventsCommand {
        guard call.verb.row.takesID, let text = call.operands.first, Self.isAddress(text) else { return self }
        let query = QueryString([("url", text)])
        let answer = try await client.send(GatewayClient.Request(path: "/events/lookup", query: query))
        guard let id = try Self.document(answer)["event"]?["id"]?.stringValue else {
            throw CommandFailure(.notFound, "there is no event at \(CommandFailure.line(text))")
        }
        var command = self
        command.call.operands[0] = id
        return command
    }

    /// Whether it is the address of a page and no id.
    package static func isAddress(_ text: String) -> Bool {
        let text = text.lowercased()
        return ["http://", "https://"].contains { text.hasPrefix($0) }
            || EventAddress.hosts.contains { text.hasPrefix($0 + "/") }
    }

    // MARK: What several sub-commands share

    /// The path of the event that is named.
    package func eventPath() -> String {
        "/events/" + PercentCoding.encode(call.operands.first ?? "", allowed: .unreserved)
    }

    /// The key that was given, or a new one that nobody else has.
    package func key() throws(CommandFailure) -> String {
        if let given = call.text(EventsOptions.key) {
            let isFit =
                (1...255).contains(given.utf8.count)
                && given.utf8.allSatisfy {
                    $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
                }
            guard isFit else {
                throw CommandFailure(.usage, "--key: expected 1 to 255 visible ASCII characters without quotes")
            }
            return given
        }
        do throws(CryptoError) {
            var random = try SystemRandomSource()
            return Identifier.make(prefix: "cli-", length: 22, using: &random)
        } catch {
            throw CommandFailure(.software, "OpenSSL does not work: \(error)")
        }
    }

    /// One JSON document on one line.
    package static func json(_ json: JSON, notes: [String] = []) -> CommandOutput {
        CommandOutput(bytes: json.encoded + [0x0a], notes: notes)
    }

    /// The document of an answer.
    package static func document(_ answer: GatewayClient.Answer) throws(CommandFailure) -> JSON {
        guard let json = answer.json else {
            throw CommandFailure(.protocol, "unexpected response, not JSON: is this a luma-mcp gateway?")
        }
        guard json.objectValue?.members.isEmpty != true else {
            throw CommandFailure(.protocol, "unexpected empty response: is this a luma-mcp gateway?")
        }
        return json
    }
}
