import Glibc

/// Lines for a person on standard error, outside the log.
package enum StandardError {
    package static func write(_ text: String) { writeLine(text, to: STDERR_FILENO) }

    /// A question, whose answer follows on the same line.
    package static func prompt(_ text: String) { writeAll(text, to: STDERR_FILENO) }
}

/// What a command prints for a person or a script. Unbuffered, so that a reader of a pipe sees it at once.
package enum StandardOutput {
    package static func write(_ text: String) { writeLine(text, to: STDOUT_FILENO) }
}

/// Writes the text, and a line end unless it has one. A reader that has gone away is no reason to fail.
private func writeLine(_ text: String, to descriptor: Int32) {
    writeAll(text.hasSuffix("\n") ? text : text + "\n", to: descriptor)
}

private func writeAll(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return }
        rest = rest.dropFirst(count)
    }
}
