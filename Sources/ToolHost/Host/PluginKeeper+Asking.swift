import Core
import Dispatch
import IO
import ToolSources

/// What plugins are asked, and what is put together from what they say and what they are granted.
extension PluginKeeper {
    func ask(_ plugin: FoundPlugin, _ level: SandboxLevel) {
        cancelAsking(plugin.name)
        lastAsk += 1
        let number = lastAsk
        entries[plugin.name]?.asking = number
        asks[number] = .some(nil)
        let task = reactor.start { [self] in
            let state: State?
            do throws(DescribeFault) {
                state = .described(try await describer.describe(plugin, level))
            } catch {
                switch error {
                case .refused(let reason): state = .refused(reason, isPassing: false)
                case .passing(let reason): state = .refused(reason, isPassing: true)
                case .cancelled: state = nil
                }
            }
            asks[number] = nil
            // Meanwhile it may be gone, or asked anew.
            guard let state, entries[plugin.name]?.asking == number else { return }
            entries[plugin.name]?.asking = nil
            entries[plugin.name]?.state = state
            outdate(plugin.name)
            await build()
            publishSoon()
        }
        if asks.keys.contains(number) { asks[number] = .some(task) }
    }

    private func cancelAsking(_ name: String) {
        guard let number = entries[name]?.asking, let task = asks[number] else { return }
        task?.cancel()
    }

    func forget(_ name: String) {
        cancelAsking(name)
        entries[name] = nil
    }

    func nextEdition() -> Int {
        lastEdition += 1
        return lastEdition
    }

    /// It is to be put together anew, by `build`; what is being put together for it is no longer wanted.
    func outdate(_ name: String) {
        entries[name]?.hosted = nil
        entries[name]?.held = nil
        entries[name]?.edition = nextEdition()
    }

    /// Puts together what plugins say and what they are granted. A plugin that is asked anew is meanwhile what it was.
    func build() async {
        let settings = settings
        let queue = secretQueue
        for name in Array(entries.keys) {
            guard let entry = entries[name], entry.hosted == nil, entry.held == nil,
                case .described(let described)? = entry.state
            else { continue }
            let policy = PluginPolicy(name, grants: grants, requests: described.description.requests)
            let found = entry.found
            let showsPin = policy.pin != nil || settings.showsPins
            let (variables, pin) = await reactor.ask {
                (then: @escaping @Sendable (Result<(GrantedVariables, Result<PluginPin, PinFault>?), Never>) -> Void) in
                queue.async {
                    let variables = GrantedVariables(
                        policy.variables, environment: settings.environment, secrets: settings.secrets)
                    let pin = showsPin ? PluginPin.result(found, described) : nil
                    then(.success((variables, pin)))
                }
            }
            // While secrets were read it may have been granted or have said something else, or be gone: whoever has noticed
            // that puts it together. What was granted before is not in force any more.
            guard entries[name]?.edition == entry.edition, entries[name]?.hosted == nil else { continue }
            if let wanted = policy.pin, let held = Self.held(pin, wanted) {
                entries[name]?.held = held
                continue
            }
            entries[name]?.hosted = HostedPlugin(
                entry.found, described, policy, variables, pin: try? pin?.get(), gatewayTools: settings.gatewayTools)
        }
    }

    /// Why a plugin is not offered that may be so in one state only; nil when it is in that.
    private static func held(_ pin: Result<PluginPin, PinFault>?, _ wanted: PluginPin) -> String? {
        switch pin {
        case .success(wanted)?: nil
        case .success(let other)?:
            "its files or its description are not those that plugins.json pins; now it is \(other) (pin)"
        case .failure(let fault)?: "it \(fault.reason) (pin)"
        case nil: "its files were not looked at (pin)"
        }
    }
}
