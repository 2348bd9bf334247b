import Core
import GatewayAPI
import LumaAPI
import MCP

/// A tool that does what a row of the table of surfaces is about. It says nothing of who may call it and whether somebody is asked
/// before: that is the row's to say.
struct SurfaceTool {
    /// How it is served.
    enum Service {
        /// At once.
        case atOnce(Tool.Handler)
        /// When somebody has agreed.
        case confirmed(Confirmer.Action)
    }

    let surface: Surface
    /// Nil for the row's own name.
    var name: String?
    let title: String
    /// What it does; how it asks is said by its action.
    let description: String
    /// Of the arguments, without the one by which somebody agrees.
    let input: JSONObject
    let output: JSONObject
    /// Called twice it has done the same as called once.
    var isIdempotent: Bool?
    /// It refuses arguments that it does not name.
    var isClosed = true
    let service: Service
    /// What is understood besides, and not said in the schema.
    var forgiving: (Tool) -> Tool = { $0 }
}

/// Registers the tools of one loop. Every tool of a row comes by here, whether it is derived or written by hand, and gets what its row
/// demands: the scope, and that somebody agrees. So a tool that is written by hand can be kinder than its row, and never weaker.
struct ToolPolicy {
    private(set) var registry = Registry()
    /// The tools of rows, by the rows' own names.
    private(set) var served: [String] = []
    private let confirmer: Confirmer

    init(_ confirmer: Confirmer) { self.confirmer = confirmer }

    /// What does no operation of Luma's.
    mutating func add(_ tool: Tool) { registry.add(tool) }

    /// Nothing of a row is done without asking that asks: the program does not start with a tool that would.
    mutating func add(_ tool: SurfaceTool) {
        let surface = tool.surface
        guard let name = tool.name ?? surface.tool else {
            preconditionFailure("\(surface.operation.name) has no tool")
        }
        var (input, output, description) = (tool.input, tool.output, tool.description)
        let handler: Tool.Handler
        switch tool.service {
        case .atOnce(let serve):
            precondition(!surface.needsConfirmation, "\(name) would be done without asking")
            handler = serve
        case .confirmed(let action):
            description += " " + confirmer.manner(action)
            if confirmer.takesFormsOnly {
                output = Self.changed(output) { $0[Confirmer.confirm] = nil }
            } else {
                let word = ToolSchemas.string("From the preview, when the user agrees")
                input = Self.changed(input) { $0[Confirmer.confirm] = word }
            }
            handler = { [confirmer] call, arguments throws(CallFailure) in
                try await confirmer.serve(action, arguments, call)
            }
        }
        if tool.name == nil { served.append(name) }
        var registered = tool.forgiving(
            Tool(
                name, title: tool.title, description: description, input: input, output: output,
                hints: Self.hints(surface.operation, tool.isIdempotent), isClosed: tool.isClosed,
                scope: surface.scope, handler: handler))
        if case .confirmed = tool.service, confirmer.takesFormsOnly {
            // Of an assistant that knows the tool from before: it is nobody's word, and no reason to refuse the call.
            registered.forgive = { [forgive = registered.forgive] arguments in
                var arguments = forgive(arguments)
                arguments[Confirmer.confirm] = nil
                return arguments
            }
        }
        registry.add(registered)
    }

    private static func hints(_ operation: Operation, _ isIdempotent: Bool?) -> Tool.Hints {
        Tool.Hints(
            readOnly: !operation.isWrite, destructive: operation.isWrite && !operation.makesThing,
            idempotent: isIdempotent ?? !operation.isWrite, openWorld: true)
    }

    /// A schema with other properties.
    private static func changed(_ schema: JSONObject, _ change: (inout JSONObject) -> Void) -> JSONObject {
        var schema = schema
        var properties = schema["properties"]?.objectValue ?? [:]
        change(&properties)
        schema["properties"] = .object(properties)
        return schema
    }
}
