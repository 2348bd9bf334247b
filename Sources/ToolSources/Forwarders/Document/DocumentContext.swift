public import Core

/// Where the values lie that a document refers to by name: the operator's settings.
///
/// A document cannot read the gateway's own settings, those with names that begin with `LUMA_`: its keys are no business
/// of another service.
public struct ForwarderLookup {
    private let variable: (String) -> String?
    private let credential: (String) -> Secret?

    /// - Parameters:
    ///   - environment: the value of a variable; nil while it is not set.
    ///   - secret: the value of a secret, from wherever the gateway reads its own; nil while it is not set.
    public init(environment: @escaping (String) -> String?, secret: @escaping (String) -> Secret?) {
        (variable, credential) = (environment, secret)
    }

    func environment(_ name: String) -> String? { variable(name).flatMap { $0.isEmpty ? nil : $0 } }

    func secret(_ name: String) -> Secret? { credential(name).flatMap { $0.reveal().isEmpty ? nil : $0 } }

    func isSet(_ name: String) -> Bool { environment(name) != nil || secret(name) != nil }

    /// Capital letters, digits and underscores; no digit first.
    static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.first.map { !(0x30...0x39).contains($0) } ?? false
            && name.utf8.allSatisfy { (0x41...0x5a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5f }
    }
}

/// What is gathered while a document is read.
final class DocumentContext {
    /// Problems that one reading lists; what comes after them is only counted.
    static let maxProblems = 200

    let lookup: ForwarderLookup
    private(set) var problems: [DocumentProblem] = []
    private(set) var warnings: [DocumentProblem] = []
    private(set) var moreProblems = 0
    /// How often something was reported, those that were known already among them.
    private(set) var reports = 0
    /// Secrets that the document names and that are set, each once.
    private(set) var secrets: [Secret] = []
    /// The real place of what a pointer leads to, for parts that were put together from several.
    var origin: (String) -> String = { $0 }

    init(_ lookup: ForwarderLookup) { self.lookup = lookup }

    func report(_ pointer: String, _ text: String) {
        reports += 1
        let problem = DocumentProblem(origin(pointer), text)
        // What all tools have from the defaults is one problem.
        if problems.contains(problem) { return }
        guard problems.count < Self.maxProblems else {
            moreProblems += 1
            return
        }
        problems.append(problem)
    }

    func warn(_ pointer: String, _ text: String) {
        let warning = DocumentProblem(origin(pointer), text)
        if warnings.count < Self.maxProblems, !warnings.contains(warning) { warnings.append(warning) }
    }

    func note(_ secret: Secret) { if !secrets.contains(secret) { secrets.append(secret) } }
}

/// A place in the document that is being read.
struct Place {
    let context: DocumentContext
    /// JSON Pointer.
    let pointer: String

    func child(_ name: String) -> Place {
        Place(context: context, pointer: JSONPointer.member(name, of: pointer))
    }

    func report(_ text: String) { context.report(pointer, text) }
    func warn(_ text: String) { context.warn(pointer, text) }

    /// The name of a variable of the operator's.
    func variable(_ given: JSON) -> String? {
        guard let name = given.stringValue, ForwarderLookup.isName(name) else {
            report("must be the name of a variable: capital letters, digits and underscores")
            return nil
        }
        guard !name.hasPrefix("LUMA_") else {
            report("names one of the gateway's own settings, which no other service gets; use a name without LUMA_")
            return nil
        }
        return name
    }

    /// A secret of the operator's by its name.
    func secret(_ given: JSON) -> NamedSecret? {
        guard let name = variable(given) else { return nil }
        let secret = context.lookup.secret(name)
        if let secret { context.note(secret) }
        return NamedSecret(name: name, secret: secret)
    }
}
