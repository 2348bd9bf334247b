import Core
import IO
import MCP
import ToolSources

extension UpstreamKeeper {
    private static let maxOthers = 1000

    /// Reads all lists, and offers what they hold; once more when that was wished for meanwhile.
    func readLists() {
        isReadAgain = true
        guard !isReading else { return }
        isReading = true
        start { [self] in
            while isReadAgain, let link, let agreement = link.agreement {
                isReadAgain = false
                await read(link, agreement)
            }
            isReading = false
        }
    }

    /// Lists count whole: half of one would take tools away that are there.
    private func read(_ link: UpstreamLink, _ agreement: UpstreamClient.Agreement) async {
        var offer = UpstreamOffer()
        offer.serverName = agreement.serverName
        offer.serverVersion = agreement.serverVersion
        offer.instructions = agreement.instructions
        do throws(UpstreamClient.Failure) {
            if agreement.has(.tools) {
                offer.tools = try await list(.tools, max: entry.limits.tools, of: link, &offer)
            }
            if agreement.has(.prompts) {
                offer.prompts = try await list(.prompts, max: Self.maxOthers, of: link, &offer)
            }
            if agreement.has(.resources), entry.offersResources {
                offer.resources = try await list(.resources, max: Self.maxOthers, of: link, &offer)
                offer.templates = try await list(.templates, max: Self.maxOthers, of: link, &offer)
            }
        } catch {
            guard self.link === link else { return }
            if case .fault(let fault) = error, fault.kind == .ended { return }
            listProblem = "its lists cannot be read: \(error.cause)"
            return offers(hosted?.offered, recalled: recalled)
        }
        guard self.link === link else { return }
        listProblem = nil
        await take(offer, of: link)
    }

    private func list(
        _ kind: UpstreamPages.Kind, max limit: Int, of link: UpstreamLink, _ offer: inout UpstreamOffer
    ) async throws(UpstreamClient.Failure) -> [JSONObject] {
        var pages = UpstreamPages(kind, max: limit)
        var params: JSONObject = [:]
        let deadline = clock.now.advanced(seconds: Double(entry.limits.listSeconds))
        while true {
            let left = deadline.seconds(since: clock.now)
            let result: JSONObject
            do throws(UpstreamClient.Failure) {
                result = try await link.ask(kind.method, params, seconds: max(left, 0)).get()
            } catch .error where kind == .templates {
                // Many servers that have resources know nothing of templates.
                return []
            }
            do throws(UpstreamFault) {
                guard case .page(let cursor) = try pages.take(result) else {
                    offer.notes += pages.notes
                    return pages.items
                }
                params["cursor"] = .string(cursor)
            } catch {
                throw .fault(error)
            }
        }
    }

    private func take(_ offer: UpstreamOffer, of link: UpstreamLink) async {
        var verdict = UpstreamVerdict()
        if entry.pin != .off, let pins = settings.pins {
            let entry = entry
            verdict = await reactor.ask { (then: @escaping @Sendable (Result<UpstreamVerdict, Never>) -> Void) in
                pins.judge(entry, offer) { then(.success($0)) }
            }
        }
        guard self.link === link else { return }
        remember(offer)
        self.offer = offer
        offers(UpstreamTools(offer, of: entry, verdict: verdict, digest: Self.digest))
    }
}
