package import Core
package import IO
package import ToolSources

/// One document as it was read: what it gave, and what is wrong with it.
package struct ForwarderDocumentState: Sendable {
    /// Who wrote it.
    package enum Origin: Sendable, Equatable {
        /// It is a part of the program.
        case builtIn
        /// By the name of the file.
        case file(String)
    }

    package let origin: Origin
    package let reading: ForwarderReading
    /// Why it is not offered although nothing is wrong with it by itself.
    package internal(set) var conflict: String?
    /// The settings that it was read with: with the same ones, the same octets mean the same.
    let settings: [String: String?]
    let octets: [UInt8]

    /// Offered from now on.
    var forwarder: Forwarder? { conflict == nil ? reading.forwarder : nil }
}

/// Reads the documents of services: those that are part of the program, and those in the operator's directory. Blocks: never on
/// a loop.
package struct ForwarderDocuments: Sendable {
    static let maxFiles = 200

    /// What is read.
    package struct Settings: Sendable {
        /// Of the operator's own documents; nil for none.
        package var directory: String?
        /// Names and octets of those that are part of the program.
        package var builtIn: [(name: String, octets: [UInt8])]
        /// Settings of the gateway that documents may name, by their names.
        package var values: [String: Secret]
        /// The gateway's own, for the other names.
        package var environment: [String: String]

        package init(
            directory: String?, builtIn: [(name: String, octets: [UInt8])], values: [String: Secret],
            environment: [String: String]
        ) {
            (self.directory, self.builtIn) = (directory, builtIn)
            (self.values, self.environment) = (values, environment)
        }
    }

    /// All documents at one moment.
    package struct Reading: Sendable {
        package var documents: [ForwarderDocumentState] = []
        /// What is wrong with the directory, or with a file that cannot be read.
        package var problems: [String] = []
    }

    private let settings: Settings

    package init(_ settings: Settings) { self.settings = settings }

    /// Reads all of them. What is wrong with one costs that one.
    package func read() -> Reading {
        var reading = Reading()
        for document in settings.builtIn { reading.documents.append(state(.builtIn, document.octets)) }
        if let directory = settings.directory { read(directory, into: &reading) }
        settle(&reading.documents)
        return reading
    }

    /// Reads one file, as `read` would.
    /// - Throws: why it cannot be read.
    package func read(file: String) throws(SmallFile.Failure) -> ForwarderReading? {
        guard let octets = try SmallFile.bytes(file, limit: ForwarderDocument.longest) else { return nil }
        return state(.file(file), octets).reading
    }

    private func read(_ directory: String, into reading: inout Reading) {
        let names: [String]
        do throws(SmallFile.Failure) {
            names = try SmallFile.names(in: directory, suffix: ".json")
        } catch {
            return reading.problems.append("LUMA_FORWARDERS_DIR cannot be read: \(error)")
        }
        if names.count > Self.maxFiles {
            reading.problems.append(
                "LUMA_FORWARDERS_DIR has more than \(Self.maxFiles) documents; the others are ignored")
        }
        for name in names.prefix(Self.maxFiles) {
            do throws(SmallFile.Failure) {
                let octets = try SmallFile.bytes(directory + "/" + name, limit: ForwarderDocument.longest)
                if let octets { reading.documents.append(state(.file(name), octets)) }
            } catch {
                reading.problems.append("\(Neutral.echo(name)) \(error)")
            }
        }
    }

    private func state(_ origin: ForwarderDocumentState.Origin, _ octets: [UInt8]) -> ForwarderDocumentState {
        let names = NamesAsked()
        let secrets = SecretSource(environment: settings.environment)
        let (values, environment) = (settings.values, settings.environment)
        let lookup = ForwarderLookup(
            environment: { name in
                let value = values[name]?.reveal() ?? environment[name]
                names.note(name, value)
                return value
            },
            secret: { name in
                let value = values[name] ?? secrets.secret(name)
                names.note(name, value?.reveal())
                return value
            })
        let reading = ForwarderDocument.read(octets, lookup: lookup)
        return ForwarderDocumentState(origin: origin, reading: reading, settings: names.values, octets: octets)
    }

    /// A document of the operator's replaces one of the program's with the same name; of two of his own neither counts.
    private func settle(_ documents: inout [ForwarderDocumentState]) {
        var files: [String: [String]] = [:]
        for document in documents {
            guard case .file(let file) = document.origin, let name = document.reading.name else { continue }
            files[name, default: []].append(file)
        }
        for index in documents.indices {
            guard let name = documents[index].reading.name, let own = files[name] else { continue }
            switch documents[index].origin {
            case .builtIn: documents[index].conflict = "replaced by \(Neutral.echo(own[0]))"
            case .file(let file):
                guard let other = own.first(where: { $0 != file }) else { continue }
                documents[index].conflict = "\(Neutral.echo(other)) has the same name, so neither is offered"
            }
        }
    }
}

/// The names that a document has asked for, with what was there.
private final class NamesAsked {
    private(set) var values: [String: String?] = [:]

    func note(_ name: String, _ value: String?) { values.updateValue(value, forKey: name) }
}
