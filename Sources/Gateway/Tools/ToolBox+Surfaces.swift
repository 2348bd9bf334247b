import Core
import GatewayAPI
import LumaAPI
import MCP

/// The tools of operations that are passed on by their rows.
extension ToolBox {
    /// How long an agreement is good, in seconds.
    private static let secondsToAgree = 600.0
    private static let confirm = "confirm"
    private static let key = "idempotency_key"

    func addSurfaceTools(to registry: inout Registry) {
        for endpoint in Endpoint.allCases {
            guard let surface = endpoint.surface, let name = surface.tool, !surface.handmade.contains(.tool) else {
                continue
            }
            registry.add(
                Tool(
                    name, title: Self.title(name), description: Self.description(surface),
                    input: SurfaceSchema.input(surface), output: SurfaceSchema.output(surface),
                    hints: Self.hints(surface.operation), isClosed: true, scope: endpoint.scope
                ) { [self] call, arguments throws(CallFailure) in
                    try await serve(endpoint, surface, arguments, call)
                })
        }
    }

    private static func title(_ name: String) -> String {
        let words = name.split(separator: "_").joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    private static func description(_ surface: Surface) -> String {
        guard surface.needsConfirmation else { return surface.operation.summary }
        return surface.operation.summary
            + " Without confirm it only previews: show the preview to the user, and call again with confirm when they agree."
    }

    private static func hints(_ operation: Operation) -> Tool.Hints {
        Tool.Hints(
            readOnly: !operation.isWrite, destructive: operation.isWrite && !operation.makesThing,
            idempotent: !operation.isWrite, openWorld: true)
    }

    private func serve(
        _ endpoint: Endpoint, _ surface: Surface, _ arguments: JSONObject, _ call: Call
    ) async throws(CallFailure) -> ToolResult {
        let passed: PassedOperation
        let keyed: KeyedWrite?
        do throws(APIError) {
            passed = PassedOperation(surface: surface, input: try Self.input(surface, arguments))
            if let key = arguments[Self.key]?.stringValue {
                keyed = KeyedWrite(try IdempotencyKey(text: key), endpoint, document: .object(passed.input))
            } else {
                keyed = nil
            }
        } catch {
            return Self.failure(error)
        }
        if surface.needsConfirmation {
            if let refusal = try await askFirst(surface, passed.input, arguments[Self.confirm]?.stringValue, call) {
                return refusal
            }
        }
        return await attempt { () throws(APIError) in
            let document: JSON =
                if endpoint.isWrite {
                    try await carryOut(
                        WriteRequest(wanted: .operation(passed), terms: Self.terms(of: call), keyed: keyed), call)
                } else {
                    try await answer(to: .operation(passed), call)
                }
            return JSONObject([("notice", Self.notice)] + (document.objectValue ?? JSONObject()).members)
        }
    }

    /// What is not given is left out here, and so is null.
    private static func input(_ surface: Surface, _ arguments: JSONObject) throws(APIError) -> JSONObject {
        let members = surface.pathMembers
        var path = JSONObject()
        for name in members { path[name] = arguments[name] ?? "" }
        let own: Set<String> = [confirm, key]
        let given = arguments.members.filter {
            !$0.value.isNull && !members.contains($0.name) && !own.contains($0.name)
        }
        return try surface.input(path: path, JSONObject(given))
    }

    // MARK: Agreement

    /// Has a person agree to what is sent.
    /// - Returns: what is answered instead; nil when it may be done.
    private func askFirst(
        _ surface: Surface, _ input: JSONObject, _ token: String?, _ call: Call
    ) async throws(CallFailure) -> ToolResult? {
        if asksByFormOnly, !call.canElicit { return Self.needsForm(surface) }
        let digest = agreement(surface, input, call)
        if let token, !asksByFormOnly {
            return isAgreed(token, digest) ? nil : .failure(Self.notAgreed)
        }
        guard call.canElicit else { return try needsAgreement(surface, input, digest) }
        if let asked = call.state, asked["digest"]?.stringValue != digest { return .failure(Self.notAgreed) }
        do throws(CallFailure) {
            let answer = try await call.elicit(
                "agree", Self.question(surface, input),
                schema: [
                    "type": "object", "required": ["confirm"],
                    "properties": ["confirm": ["type": "boolean", "title": .string(Self.title(surface.tool ?? ""))]],
                ], state: ["digest": .string(digest)])
            if case .accepted(let answers) = answer, answers["confirm"]?.boolValue == true { return nil }
            return .structured(["status": "unchanged", "notice": Self.notice])
        } catch .missingCapability {
            // The client has said that it can show a form, and could not.
            if asksByFormOnly { return Self.needsForm(surface) }
            return try needsAgreement(surface, input, digest)
        }
    }

    private static let notAgreed =
        "This confirmation is not valid (any more) for these arguments. Call again without confirm for a new preview, and"
        + " show it to the user."

    /// An answer for a gateway that takes no token for a person's word.
    private static func needsForm(_ surface: Surface) -> ToolResult {
        let command = surface.command.map { " or with luma-mcp \($0)" } ?? ""
        return .failure(
            "Nothing was done. This gateway does this only when its user agrees in a form, and this client shows none."
                + " Tell the user to do it at Luma\(command).")
    }

    /// Of who asks, and of all that is sent.
    private func agreement(_ surface: Surface, _ input: JSONObject, _ call: Call) -> String {
        seal.digest(
            JSON.array([
                .string(call.caller.principal.label), .string(surface.operation.name), JSON.object(input).canonical,
            ]).encoded)
    }

    private func isAgreed(_ token: String, _ digest: String) -> Bool {
        guard let payload = seal.open(token, for: "agreement"), let items = (try? JSON.parse(payload))?.arrayValue,
            items.count == 2, let issued = items[1].intValue
        else { return false }
        let age = seal.now.seconds(since: Timestamp(milliseconds: Int64(issued)))
        return items[0].stringValue == digest && (0..<Self.secondsToAgree).contains(age)
    }

    private func needsAgreement(
        _ surface: Surface, _ input: JSONObject, _ digest: String
    ) throws(CallFailure) -> ToolResult {
        let payload: JSON = [.string(digest), .number(JSONNumber(Int(seal.now.milliseconds)))]
        return .structured([
            "status": "needs_confirmation", "notice": Self.notice, "sends": Neutral.json(.object(input)),
            "confirm": .string(seal.seal(payload.encoded, for: "agreement")),
            "expires_in_seconds": .number(JSONNumber(Int(Self.secondsToAgree))),
            "next_step":
                "Nothing has happened yet. Tell the user what would be sent; if they agree, call again with confirm.",
        ])
    }

    /// On one line: a value with line ends could add words of its own to the question.
    private static func question(_ surface: Surface, _ input: JSONObject) -> String {
        let parts = input.members.map { name, value in
            let text = value.stringValue ?? String(decoding: value.encoded, as: UTF8.self)
            return "\(name): \(Neutral.cited(APIError.shortened(text, to: 1000)))"
        }
        return "\(surface.operation.summary) Do it with \(parts.joined(separator: ", "))?"
    }
}
