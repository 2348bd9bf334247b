import Core
import Foundation

/// What the `curl` program printed of one answer.
struct CurlAnswer {
    var exitCode: Int32
    var status: Int
    var fields: [(name: String, value: String)]
    var body: String
    var standardError: String

    func field(_ name: String) -> String? { fields.first { $0.name.lowercased() == name }?.value }
    var json: JSON? { try? JSON.parse(body) }
}

/// Runs a program to its end and gathers what it wrote.
func run(_ program: String, _ arguments: [String], folder: URL? = nil, environment: [String: String]? = nil)
    async throws
    -> (code: Int32, out: String, err: String)
{
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
            do {
                let process = Process()
                process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
                process.arguments = [program] + arguments
                if let folder { process.currentDirectoryURL = folder }
                if let environment { process.environment = environment }
                process.standardInput = FileHandle.nullDevice
                let (out, err) = (Pipe(), Pipe())
                process.standardOutput = out
                process.standardError = err
                try process.run()
                let errors = DispatchQueue.global().asyncResult { err.fileHandleForReading.readDataToEndOfFile() }
                let output = out.fileHandleForReading.readDataToEndOfFile()
                process.waitUntilExit()
                continuation.resume(
                    returning: (
                        process.terminationStatus, String(decoding: output, as: UTF8.self),
                        String(decoding: errors.wait(), as: UTF8.self)
                    ))
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }
}

/// The value of work on another thread.
private final class AsyncResult: @unchecked Sendable {
    // Guarded by the semaphore: written before it is signalled, read after.
    var value = Data()
    let done = DispatchSemaphore(value: 0)
    func wait() -> Data {
        done.wait()
        return value
    }
}

extension DispatchQueue {
    fileprivate func asyncResult(_ work: @escaping @Sendable () -> Data) -> AsyncResult {
        let result = AsyncResult()
        async {
            result.value = work()
            result.done.signal()
        }
        return result
    }
}

/// One request by the real `curl`.
func curl(_ arguments: String...) async throws -> CurlAnswer { try await curl(arguments) }

func curl(_ arguments: [String]) async throws -> CurlAnswer {
    let result = try await run("curl", ["-sS", "-i", "--max-time", "30"] + arguments)
    var rest = result.out[...]
    var status = 0
    var fields: [(name: String, value: String)] = []
    // Interim answers come first; the last head is the answer's.
    while rest.hasPrefix("HTTP/"), let end = rest.range(of: "\r\n\r\n") {
        let lines = rest[..<end.lowerBound].components(separatedBy: "\r\n")
        status = Int(lines[0].split(separator: " ").dropFirst().first ?? "") ?? 0
        fields = lines.dropFirst().compactMap { line in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            return (name: String(line[..<colon]), value: value)
        }
        rest = rest[end.upperBound...]
        if status >= 200 { break }
    }
    return CurlAnswer(
        exitCode: result.code, status: status, fields: fields, body: String(rest), standardError: result.err)
}

/// One request with a JSON body.
func curlJSON(_ method: String, _ url: String, _ body: JSON, _ more: String...) async throws -> CurlAnswer {
    let arguments =
        [
            "-X", method, "-H", "Content-Type: application/json", "--data-binary",
            String(decoding: body.encoded, as: UTF8.self), url,
        ]
        + more
    return try await curl(arguments)
}

/// Runs one of the Python programs in `Tests/Drivers`, for what no ordinary client can be made to do.
func runDriver(
    _ name: String, _ arguments: [String], seconds: Int = 60
) async throws -> (code: Int32, out: String, err: String) {
    let path = Program.root.appendingPathComponent("Tests/Drivers").appendingPathComponent(name).path
    return try await run("timeout", ["--kill-after=5", String(seconds), "python3", path] + arguments)
}
