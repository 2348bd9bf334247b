public import Core
import MCP

/// What the server says: answers, news, requests of its own, and what fits nothing.
extension UpstreamClient {
    /// Takes what a transport has to tell.
    public mutating func take(_ arrival: UpstreamArrival, now: MonotonicTime) -> [Action] {
        switch arrival {
        case .message(let json, let request): return read(json, of: request, now: now)
        case .failed(let id, let fault): return failed(id, fault, now: now)
        case .garbage:
            strays += 1
            return []
        case .listening: return []
        case .closed(let fault): return isIdle ? [] : lose(fault)
        }
    }

    private mutating func read(_ json: JSON, of request: Int?, now: MonotonicTime) -> [Action] {
        // Revisions that know batches may send several messages at once.
        if let items = json.arrayValue {
            return items.prefix(Self.maxInBatch).flatMap { readOne($0, of: request, now: now) }
        }
        return readOne(json, of: request, now: now)
    }

    private static let maxInBatch = 100

    private mutating func readOne(_ json: JSON, of request: Int?, now: MonotonicTime) -> [Action] {
        guard let object = json.objectValue else {
            strays += 1
            return []
        }
        let isMessage = object["jsonrpc"]?.stringValue == "2.0"
        if object["method"] != nil {
            guard isMessage, let method = object["method"]?.stringValue else {
                strays += 1
                return []
            }
            let params = object["params"]?.objectValue ?? [:]
            guard let id = object["id"] else { return noted(method, params, of: request) }
            return asked(method, id: id, params, of: request, now: now)
        }
        // `nil` alone would be JSON's null here.
        let own = object["id"].flatMap { $0.isNull ? JSON?.none : $0 }
        // An error without an id belongs to the request on whose way it came; any other id than that request's is nobody's.
        guard let id = own.map({ $0.wholeValue }) ?? request, request == nil || request == id else {
            strays += 1
            return []
        }
        if isMessage, let error = object["error"] {
            let code = error["code"]?.intValue ?? JSONRPCError.internalError().code
            let message = error["message"]?.stringValue ?? ""
            return end(id, .failure(.error(JSONRPCError(code: code, message: message, data: error["data"]))), now: now)
        }
        if isMessage, own != nil, let result = object["result"]?.objectValue {
            return end(id, .success(result), now: now)
        }
        guard own != nil, object["result"] != nil || object["error"] != nil else {
            strays += 1
            return []
        }
        // Its request would wait for another answer in vain.
        return end(id, .failure(.fault(.noMessage)), now: now)
    }

    private mutating func end(_ id: Int, _ result: Result<JSONObject, Failure>, now: MonotonicTime) -> [Action] {
        switch state {
        case .discovering(id): return discovered(result, now: now)
        case .initializing(id): return initialized(result, now: now)
        default: break
        }
        guard let request = pending[id], request.isSent else {
            strays += 1
            return []
        }
        pending[id] = nil
        return [.ended(id, result)]
    }

    private mutating func failed(_ id: Int, _ fault: UpstreamFault, now: MonotonicTime) -> [Action] {
        switch state {
        case .discovering(id): return discovered(.failure(.fault(fault)), now: now)
        case .initializing(id): return initialized(.failure(.fault(fault)), now: now)
        default: break
        }
        guard var request = pending[id], request.isSent else { return [] }
        guard fault.kind == .sessionLost, !request.isRepeated else {
            pending[id] = nil
            return [.ended(id, .failure(.fault(fault)))]
        }
        // It was refused for its session alone, so that making it again is not making it twice.
        (request.isSent, request.isRepeated) = (false, true)
        pending[id] = request
        guard agreement != nil else { return [] }
        return request.session == session ? initialize(now: now) : send(id)
    }

    private mutating func noted(_ method: String, _ params: JSONObject, of request: Int?) -> [Action] {
        switch method {
        case "notifications/progress":
            guard let id = params["progressToken"]?.wholeValue, pending[id]?.tellsProgress == true else { return [] }
            return [.progress(id, params)]
        case "notifications/cancelled": return withdrawn(params, on: request)
        case "notifications/tools/list_changed": return [.changed(.tools)]
        case "notifications/prompts/list_changed": return [.changed(.prompts)]
        case "notifications/resources/list_changed": return [.changed(.resources)]
        case "notifications/resources/updated":
            guard let uri = params["uri"]?.stringValue else { return [] }
            return [.updated(uri)]
        case "notifications/subscriptions/acknowledged":
            let id = params["_meta"]?["io.modelcontextprotocol/subscriptionId"]?.wholeValue
            guard let id, pending[id]?.method == "subscriptions/listen" else { return [] }
            return [.acknowledged(id)]
        default: return []
        }
    }
}
