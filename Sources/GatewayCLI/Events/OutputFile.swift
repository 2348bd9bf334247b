import Core
import Glibc
import IO

/// Writes what a command gives: to standard output, or to a file that is there whole or as it was before.
package enum OutputFile {
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
