package import Core
import Crypto
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

/// One command against a running gateway: its loop and its signals, what it writes, and how it ends.
package struct CommandRun: Sendable {
    package let arguments: CommandArguments
    package let environment: [String: String]
    /// Standard output and standard error.
    package let output: Terminal
    package let errors: Terminal

    package init(_ arguments: CommandArguments, environment: [String: String]) {
        (self.arguments, self.environment) = (arguments, environment)
        output = Terminal.of(STDOUT_FILENO, environment)
        errors = Terminal.of(STDERR_FILENO, environment)
    }

    /// Does the work, and writes what it gives.
    /// - Returns: the exit code.
    package func run(
        _ work: @escaping @Sendable (GatewayClient, Timestamp) async throws(CommandFailure) -> CommandOutput
    ) async -> Int32 {
        await ending { () throws(CommandFailure) in
            let result = try await onLoop(work)
            for note in result.notes {
                // A terminal would break it within a word.
                let lines = "luma-mcp: \(note)".wrapped(to: errors.columns.map { max(20, $0) - 2 } ?? .max)
                StandardError.write(lines.joined(separator: "\n  "))
            }
            try OutputFile.write(result.bytes, to: result.file, isTerminal: output.isTerminal)
            return .ok
        }
    }

    /// - Returns: the exit code of work that writes by itself, or of its failure, which is told.
    package func ending(_ work: () async throws(CommandFailure) -> ExitStatus) async -> Int32 {
        do throws(CommandFailure) {
            return try await work().rawValue
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

    /// Runs work with a client on a loop of its own, until it has ended or is interrupted.
    package func onLoop(
        _ work: @escaping @Sendable (GatewayClient, Timestamp) async throws(CommandFailure) -> CommandOutput
    ) async throws(CommandFailure) -> CommandOutput {
        let target = try GatewayTarget.resolve(arguments, environment)
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
}

/// The Idempotency-Key of a write.
enum WriteKey {
    /// The key that was given, or a new one that nobody else has.
    static func of(_ arguments: CommandArguments) throws(CommandFailure) -> String {
        if let given = arguments.text(EventsOptions.key) {
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
}
