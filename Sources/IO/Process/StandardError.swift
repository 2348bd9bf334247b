import Glibc

/// Lines for a person on standard error, outside the log.
package enum StandardError {
    package static func write(_ text: String) { writeLine(text, to: STDERR_FILENO) }

    /// A question, whose answer follows on the same line.
    package static func prompt(_ text: String) { writeWhole(text, to: STDERR_FILENO) }
}

/// What a command prints for a person or a script. Unbuffered, so that a reader of a pipe sees it at once.
package enum StandardOutput {
    package static func write(_ text: String) { writeLine(text, to: STDOUT_FILENO) }
}

/// Writes the text, and a line end unless it has one.
private func writeLine(_ text: String, to descriptor: Int32) {
    writeWhole(text.hasSuffix("\n") ? text : text + "\n", to: descriptor)
}

/// A reader that has gone away is no reason to fail.
private func writeWhole(_ text: String, to descriptor: Int32) { try? WholeFile.write(Array(text.utf8), to: descriptor) }
