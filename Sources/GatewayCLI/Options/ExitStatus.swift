import GatewayAPI
import LumaAPI

/// How a command against a gateway ends, in the terms of sysexits.h where it has one: scripts branch on the number.
package enum ExitStatus: Int32, Sendable, CaseIterable {
    case ok = 0
    case undecided = 1
    case unknown = 2
    case usage = 64
    case data = 65
    case notFound = 66
    case unavailable = 69
    case software = 70
    case cannotCreate = 73
    case ioError = 74
    case temporary = 75
    case `protocol` = 76
    case noPermission = 77
    case interrupted = 130

    /// When it ends so, for the help and the manual page.
    package var meaning: String {
        switch self {
        case .ok: "Success."
        case .undecided: "Nothing was done: it needs a decision, or it conflicts with the current state."
        case .unknown: "The outcome is unknown; check, or repeat it with the key that is printed."
        case .usage: "The command line is wrong."
        case .data: "A field is invalid, or Luma refused it; each problem is listed."
        case .notFound: "There is no such \(Self.absent) or file."
        case .unavailable: "The gateway cannot be reached."
        case .software: "The gateway failed."
        case .cannotCreate: "The output file cannot be created."
        case .ioError: "Reading or writing failed."
        case .temporary: "Temporary failure: no budget, or Luma is unavailable; try again later."
        case .protocol: "The server is not a gateway, or its response was cut off."
        case .noPermission: "The token is missing, invalid, or lacks the scope."
        case .interrupted: "Interrupted."
        }
    }
}

extension ExitStatus {
    /// What a command may name that is not there.
    fileprivate static let absent = (Surfaces.named.map(\.noun) + ["template"]).joined(separator: ", ")
}

/// Why a command did not do what it was asked to: what a person reads on standard error, and the exit code.
package struct CommandFailure: Error, Sendable, Equatable {
    package let status: ExitStatus
    /// The first says what is wrong; the others follow below it.
    package let lines: [String]

    package init(_ status: ExitStatus, _ line: String, _ more: [String] = []) {
        self.status = status
        lines = [line] + more
    }
}

/// An exit code of a command, for the help and the manual page.
package struct ExitRow: Sendable {
    package let code: Int32
    /// When it is given.
    package let meaning: String

    package init(code: Int32, meaning: String) {
        self.code = code
        self.meaning = meaning
    }
}
