package import HTTP
package import LumaAPI

/// One operation of Luma's and the names under which it is offered. Names are promises, so they are written; all else is
/// derived from the operation's row.
package struct Surface: Sendable {
    /// Where it is offered.
    package enum Edge: Sendable, CaseIterable { case rest, tool, command }

    /// What comes back.
    package enum Answer: Sendable {
        /// Luma's document.
        case document
        /// One page of a list, in the shape of our own lists.
        case page
        /// Nothing but that it was done.
        case done
    }

    package let operation: Operation
    /// Method and pattern; the open segments are members of the input. Nil for what has no path.
    package let route: (method: HTTP.Method, pattern: String)?
    /// In snake case; nil for what no assistant is offered.
    package let tool: String?
    /// `NOUN VERB OPERAND…`; the operands are the members in the path, in its order. Nil for what has no command.
    package let command: String?
    package let answer: Answer
    /// Where something better than what is derived serves it.
    package let handmade: Set<Edge>

    package init(
        _ operation: String, _ method: HTTP.Method, _ pattern: String, tool: String?, command: String?,
        answer: Answer = .document, handmade: Set<Edge> = []
    ) {
        guard let row = Catalog[operation] else { preconditionFailure("no row for \(operation)") }
        self.operation = row
        route = (method, pattern)
        (self.tool, self.command) = (tool, command)
        (self.answer, self.handmade) = (answer, handmade)
    }

    /// A word for it, unique and stable: the tool's in camel case, else the operation's.
    package var name: String {
        let words = (tool ?? operation.name).split { $0 == "_" || $0 == "/" || $0 == "-" }
        return words.enumerated().map { $0 == 0 ? String($1) : $1.prefix(1).uppercased() + $1.dropFirst() }.joined()
    }
}
