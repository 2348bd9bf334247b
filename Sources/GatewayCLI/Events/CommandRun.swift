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

    /// How requests are sent to a gateway: its certificates, and room for the largest answer.
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

/// Writes what a command gives: to standard output, or to a file that is there whole or as it was before.
package enum OutputFile {
    /// Writes to the file, or to standard output without a path; for a terminal control characters are made harmless.
    package static func write(_ bytes: [UInt8], to path: String?, isTerminal: Bool) throws(CommandFailure) {
        guard let path else {
            let shown = isTerminal ? harmless(bytes) : bytes
            do throws(SystemError) {
                try WholeFile.write(shown, to: STDOUT_FILENO)
            } catch {
                // Whoever read has seen enough: `| head`.
                if error.code == EPIPE { return }
                throw CommandFailure(.ioError, "standard output: \(error)")
            }
            return
        }
        // A pipe or a device is written to; put in its place would be a file.
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG { return try write(bytes, toDevice: path) }
        do throws(SystemError) {
            try WholeFile.replace(path, bytes, mode: 0o666)
        } catch {
            throw CommandFailure(.cannotCreate, "\(path): \(error)")
        }
    }

    private static func write(_ bytes: [UInt8], toDevice path: String) throws(CommandFailure) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CommandFailure(.cannotCreate, "\(path): \(SystemError("open"))") }
        defer { close(descriptor) }
        do throws(SystemError) {
            try WholeFile.write(bytes, to: descriptor)
        } catch {
            throw CommandFailure(.ioError, "\(path): \(error)")
        }
    }

    /// The same text without what a terminal obeys, whoever wrote it: control characters but for line ends and tabs, and our
    /// own colours, become an escape of JSON, so that a document stays one.
    package static func harmless(_ bytes: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            // The controls of ISO 6429 above ASCII are two octets in UTF-8.
            if byte == 0xc2, index + 1 < bytes.count, (0x80...0x9f).contains(bytes[index + 1]) {
                appendEscape(of: bytes[index + 1], to: &output)
                index += 1
            } else if byte == 0x7f || byte < 0x20 && byte != 0x0a && byte != 0x09 && byte != 0x0d {
                if byte == 0x1b, let length = styleLength(bytes[index...]) {
                    output += bytes[index..<index + length]
                    index += length - 1
                } else {
                    appendEscape(of: byte, to: &output)
                }
            } else {
                output.append(byte)
            }
            index += 1
        }
        return output
    }

    private static func appendEscape(of byte: UInt8, to output: inout [UInt8]) {
        output += Array("\\u00".utf8) + [UInt8.hexDigit(byte >> 4), UInt8.hexDigit(byte)]
    }

    /// The length of a change of colour (`ESC [ digits m`) that begins here.
    private static func styleLength(_ bytes: ArraySlice<UInt8>) -> Int? {
        let digits = bytes.dropFirst(2).prefix(3).prefix { (0x30...0x39).contains($0) }
        guard bytes.dropFirst().first == UInt8(ascii: "["), digits.endIndex < bytes.endIndex,
            bytes[digits.endIndex] == UInt8(ascii: "m")
        else { return nil }
        return digits.endIndex - bytes.startIndex + 1
    }
}
