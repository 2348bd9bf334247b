public import Core
import Crypto
import IO
package import Settings
import ToolHost
import ToolSources

/// What `luma-mcp forwarders` is asked for.
public enum ForwardersCall: Sendable, Equatable {
    /// What a document gives, and what is wrong with it.
    case check(file: String)
    /// A document, made of an OpenAPI document.
    case `import`(file: String, Import)

    /// What is wanted of an OpenAPI document.
    public struct Import: Sendable, Equatable {
        public var name = ""
        public var base = ""
        /// Patterns for the names of operations.
        public var include: [NamePattern] = []
        public var exclude: [NamePattern] = []
        public var publishesResults = false

        public init() {}
    }
}

/// `luma-mcp forwarders`: for those who write documents of services. Asks no service and changes nothing.
package struct ForwardersCommand {
    private let call: ForwardersCall
    private let environment: [String: String]

    package init(_ call: ForwardersCall, environment: [String: String]) {
        self.call = call
        self.environment = environment
    }

    /// - Parameter resolve: finds the settings.
    /// - Returns: the exit code: 0 when all is well, 1 when something is wrong with the document.
    package func run(_ resolve: () throws -> Configuration.Forwarders) throws -> Int32 {
        switch call {
        case .check(let file):
            let documents = ForwarderDocuments(
                ForwarderDocuments.Settings(forwarders: try resolve(), environment: environment))
            let reading = try Self.found(file) { () throws(SmallFile.Failure) in try documents.read(file: file) }
            StandardOutput.write(reading.report.joined(separator: "\n"))
            return reading.isSound ? 0 : 1
        case .import(let file, let wanted):
            let octets = try Self.found(file) { () throws(SmallFile.Failure) in
                try SmallFile.bytes(file, limit: OpenAPIImport.longest)
            }
            return convert(octets, wanted)
        }
    }

    private static func found<Value>(
        _ file: String, _ read: () throws(SmallFile.Failure) -> Value?
    ) throws(StartFailure) -> Value {
        do throws(SmallFile.Failure) {
            if let value = try read() { return value }
        } catch {
            throw StartFailure(.configuration, "\(Neutral.quoted(file)) cannot be used: \(error)")
        }
        throw StartFailure(.configuration, "There is no file \(Neutral.quoted(file)).")
    }

    /// The document goes to standard output, and what should be known of it to standard error.
    private func convert(_ octets: [UInt8], _ wanted: ForwardersCall.Import) -> Int32 {
        var choices = OpenAPIChoices(name: wanted.name, base: wanted.base)
        choices.publishesResults = wanted.publishesResults
        if !wanted.include.isEmpty || !wanted.exclude.isEmpty {
            choices.filter = ToolFilter(allowed: wanted.include, denied: wanted.exclude)
        }
        do throws(DocumentProblems) {
            let made = try OpenAPIImport.convert(octets, choices) { (try? Digest.sha256($0)) ?? [] }
            let dropped = made.dropped.map { "left out: \($0.name): \($0.reason)" }
            let notes = made.notes.map { "note: " + $0 } + dropped
            if !notes.isEmpty { StandardError.write(notes.joined(separator: "\n")) }
            StandardOutput.write(JSON.object(made.document).indented)
            return 0
        } catch {
            StandardError.write(error.problems.map { "error: " + $0.line }.joined(separator: "\n"))
            return 1
        }
    }
}
