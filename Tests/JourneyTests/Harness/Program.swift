import Foundation
import Synchronization
import Testing

/// The real binary, started with its own environment and ended with the test.
final class Program: Sendable {
    struct StartFailure: Error, CustomStringConvertible { let description: String }

    /// The program beside the test bundle that is running.
    static let path = path(of: "luma-mcp")

    static func path(of name: String) -> String {
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        var folder = bundle.deletingLastPathComponent()
        for _ in 0..<4 {
            let candidate = folder.appendingPathComponent(name).path
            if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
            folder.deleteLastPathComponent()
        }
        return name
    }

    /// The top of the repository, from the place of this file.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// What it is given of the caller's environment: the PATH, and what a sanitizer is to do.
    private static let inherited = ProcessInfo.processInfo.environment.filter {
        ["PATH", "ASAN_OPTIONS", "TSAN_OPTIONS"].contains($0.key)
    }

    private let process: Mutex<Process>
    private let output = Mutex<(out: Data, err: Data, open: Int)>((Data(), Data(), 2))
    let folder: URL

    /// Starts the program in an empty folder of its own, with next to nothing of the caller's environment.
    init(
        _ arguments: [String], environment: [String: String] = [:], files: [String: String] = [:],
        closesStandardStreams: Bool = false, path: String = Program.path
    ) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("luma-mcp-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, text) in files {
            try Data(text.utf8).write(to: folder.appendingPathComponent(name))
        }
        let process = Process()
        if closesStandardStreams {
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", "exec \"$0\" \"$@\" <&- >&- 2>&-", path] + arguments
        } else {
            process.executableURL = URL(fileURLWithPath: path)
            process.arguments = arguments
        }
        process.currentDirectoryURL = folder
        process.environment = Self.inherited.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        let (out, err) = (Pipe(), Pipe())
        process.standardOutput = out
        process.standardError = err
        self.process = Mutex(process)
        out.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil }
            self?.output.withLock { output in
                output.out.append(data)
                if data.isEmpty { output.open -= 1 }
            }
        }
        err.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil }
            self?.output.withLock { output in
                output.err.append(data)
                if data.isEmpty { output.open -= 1 }
            }
        }
        try process.run()
    }

    deinit {
        process.withLock { process in
            if process.isRunning {
                kill(process.processIdentifier, SIGKILL)
                process.waitUntilExit()
            }
        }
        try? FileManager.default.removeItem(at: folder)
    }

    var standardOutput: String { output.withLock { String(decoding: $0.out, as: UTF8.self) } }
    var standardError: String { output.withLock { String(decoding: $0.err, as: UTF8.self) } }
    var isRunning: Bool { process.withLock { $0.isRunning } }
    var identifier: Int32 { process.withLock { $0.processIdentifier } }

    /// The address in the line that the program prints when it serves.
    func address() async throws -> String {
        var found: String?
        try await eventually("the program says where it serves") {
            if let range = standardOutput.range(of: #"https?://[^\s/]+"#, options: .regularExpression) {
                found = String(standardOutput[range])
            }
            if found == nil, !isRunning {
                throw StartFailure(description: "exited: \(standardOutput)\(standardError)")
            }
            return found != nil
        }
        return found ?? ""
    }

    func signal(_ number: Int32) { kill(identifier, number) }

    /// The exit code, once the program has ended and what it has written was read. A program that was started meanwhile may
    /// hold the other end of its pipes, so their end is not waited for in vain.
    func exitCode(within seconds: Double = 20) async throws -> Int32 {
        try await eventually("the program ends", within: seconds) { !isRunning }
        for _ in 0..<50 where output.withLock({ $0.open }) > 0 { try await Task.sleep(for: .milliseconds(20)) }
        return process.withLock { $0.terminationStatus }
    }
}

/// Returns when `condition` holds; fails the test when it does not within `seconds`.
func eventually(
    _ what: String, within seconds: Double = 20, sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let end = Date().addingTimeInterval(seconds)
    while Date() < end {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(20))
    }
    Issue.record("not within \(seconds) s: \(what)", sourceLocation: sourceLocation)
    throw CancellationError()
}
