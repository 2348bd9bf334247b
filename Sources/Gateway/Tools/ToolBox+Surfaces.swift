import Core
import GatewayAPI
import LumaAPI
import MCP

/// The tools of operations that are passed on by their rows.
extension ToolBox {
    private static let key = "idempotency_key"

    func addSurfaceTools(to tools: inout ToolPolicy) {
        for surface in Surfaces.all where surface.isDerived(.tool) {
            tools.add(
                SurfaceTool(
                    surface: surface, title: Self.title(surface), description: surface.operation.summary,
                    input: SurfaceSchema.input(surface), output: SurfaceSchema.output(surface),
                    service: surface.needsConfirmation ? .confirmed(action(surface)) : .atOnce(handler(surface))))
        }
    }

    private static func title(_ surface: Surface) -> String {
        let words = (surface.tool ?? "").split(separator: "_").joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    private func handler(_ surface: Surface) -> Tool.Handler {
        { [self] call, arguments throws(CallFailure) in
            await attempt(call) { () throws(APIError) in
                guard surface.operation.isWrite else {
                    let passed = try Self.passed(surface, arguments)
                    return Self.described(try await answer(to: .operation(passed), call))
                }
                let request = try Self.request(surface, arguments, Self.terms(of: call))
                return Self.described(try await carryOut(request, call))
            }
        }
    }

    private static func described(_ document: JSON) -> JSONObject {
        JSONObject([("notice", notice)] + (document.objectValue ?? JSONObject()).members)
    }

    private static func request(
        _ surface: Surface, _ arguments: JSONObject, _ terms: WriteTerms
    ) throws(APIError) -> WriteRequest {
        let passed = try passed(surface, arguments)
        var request = WriteRequest(wanted: .operation(passed), terms: terms)
        if let text = arguments[key]?.stringValue {
            request.keyed = KeyedWrite(try IdempotencyKey(text: text), passed)
        }
        return request
    }

    /// What is not given is left out here, and so is null.
    private static func passed(_ surface: Surface, _ arguments: JSONObject) throws(APIError) -> PassedOperation {
        let members = surface.pathMembers
        var path = JSONObject()
        for name in members { path[name] = arguments[name] ?? "" }
        let own: Set<String> = [Confirmer.confirm, key]
        let given = arguments.members.filter {
            !$0.value.isNull && !members.contains($0.name) && !own.contains($0.name)
        }
        return PassedOperation(surface: surface, input: try surface.input(path: path, JSONObject(given)))
    }

    // MARK: Confirmation

    /// By what would be sent, and by what the row shows of the thing that it changes.
    private func action(_ surface: Surface) -> Confirmer.Action {
        Confirmer.Action(
            tool: surface.tool ?? "", byHand: "at Luma" + (surface.command.map { " or with luma-mcp \($0)" } ?? ""),
            declined: "unchanged",
            repeated: { [self] arguments, call throws(APIError) in
                let request = try Self.request(surface, arguments, Self.terms(of: call))
                return try await repeated(request, call).map(Self.described)
            },
            preview: { [self] arguments, call throws(APIError) in
                var request = try Self.request(surface, arguments, Self.terms(of: call))
                request.terms.isDryRun = true
                let described = try await carryOut(request, call)
                let names = ["about", "sends", Confirmer.confirm, "expires_in_seconds"]
                return JSONObject(described.objectValue?.members.filter { names.contains($0.name) } ?? [])
            },
            question: { _, preview in Self.question(surface, preview) },
            perform: { [self] arguments, agreed, call throws(APIError) in
                var request = try Self.request(surface, arguments, Self.terms(of: call))
                (request.terms.confirm, request.terms.isAgreedInForm) = (agreed.confirm, agreed.isInForm)
                return Self.described(try await carryOut(request, call))
            })
    }

    private static func question(_ surface: Surface, _ preview: JSONObject) -> Confirmer.Question {
        let about = listed(preview["about"])
        return Confirmer.Question(
            message: "\(surface.operation.summary) Send \(listed(preview["sends"]))?"
                + (about.isEmpty ? "" : " As it is now: \(about)."),
            title: title(surface))
    }

    /// On one line: a value with line ends could add words of its own to the question.
    private static func listed(_ members: JSON?) -> String {
        let parts = (members?.objectValue?.members ?? []).map { name, value in
            let text = value.stringValue ?? String(decoding: value.encoded, as: UTF8.self)
            return "\(name): \(Neutral.cited(APIError.shortened(text, to: 1000)))"
        }
        return parts.joined(separator: ", ")
    }
}
