import Core
import IO
import LumaClient
import Store
import Synchronization

/// Shares the budget with the other gateways on the same folder: tells the store what was spent, and asks it for tokens, never
/// on the way of a request.
///
/// A gateway that is alone asks nobody: it has the whole budget until the file `gateways` tells that another one has come.
/// What it had is then told to all by the store's ledger, and both spend tokens from there.
final class BudgetLeasing: Sendable {
    private let budget: SharedBudget
    private let store: any BudgetStore
    private let account: String
    private let members: GatewayMembers
    /// Luma's own numbers count; else what the settings say is divided.
    private let isAdaptive: Bool
    /// Since when a gateway that was alone has not said what it leaves.
    private let waitingSince = Mutex<MonotonicTime?>(nil)
    private let now: @Sendable () -> MonotonicTime
    /// Seconds after which such a gateway is taken for frozen. It looks before it sends anything more.
    private static let ownerPatience = 3.0
    private static let countSeconds = 1.0

    /// - Parameter account: one name for each budget.
    init(
        _ budget: SharedBudget, store: any BudgetStore, account: String, members: GatewayMembers, isAdaptive: Bool,
        now: @escaping @Sendable () -> MonotonicTime = { LoopClock.monotonicNow }
    ) {
        (self.budget, self.store, self.account) = (budget, store, account)
        (self.members, self.isAdaptive, self.now) = (members, isAdaptive, now)
    }

    /// Begins, before anything is sent.
    func begin() {
        guard isAdaptive else { return countGateways() }
        budget.share(
            generation: { [members] in members.generation }, ask: { [weak self] in self?.contact() })
        // The store may hang, and is nothing to one that has nobody to share with.
        if !ownIfAlone() { contact() }
    }

    /// Does what is to be done without a request, until it is cancelled.
    func run() async {
        while !Task.isCancelled {
            let pause = step()
            try? await Task.sleep(for: .seconds(pause))
        }
    }

    /// Does what is to be done without a request.
    /// - Returns: seconds until it is to be done again.
    func step() -> Double {
        guard isAdaptive else {
            countGateways()
            return Self.countSeconds
        }
        let errand = budget.tick(now())
        if errand.isCutOff {
            if ownIfAlone() { return errand.pause }
            members.setCutOff(true)
        }
        if errand.asks { contact() }
        return errand.pause
    }

    /// Gives back what is left, before the store is closed.
    func end() {
        guard isAdaptive else { return }
        budget.update { $0.giveBack() }
        guard let dues = budget.update({ [time = now()] in $0.dues(time) }) else { return members.releaseOwnership() }
        var message = BudgetMessage(dues)
        message.wants = false
        message.isLast = true
        (message.gateways, message.cutOff) = (members.count, members.cutOff)
        store.exchangeBudget(account, message) { _ in }
        members.releaseOwnership()
    }

    private func countGateways() {
        let count = members.count
        budget.update { $0.setGateways(count) }
    }

    /// Tells and asks the ledger. Any thread; does not wait.
    func contact() {
        guard let dues = budget.update({ [time = now()] in $0.dues(time) }) else { return }
        var message = BudgetMessage(dues)
        if !dues.opens {
            switch members.ownership(isPatient: isPatient()) {
            case .another:
                budget.update { [time = now()] in $0.wait(dues, now: time) }
                return
            case .left:
                // What it has spent is not known, nor of which window.
                message.opens = true
                message.openedWindow = nil
            case .nobody: break
            }
        }
        waitingSince.withLock { $0 = nil }
        (message.gateways, message.cutOff) = (members.count, members.cutOff)
        let gateways = message.gateways
        store.exchangeBudget(account, message) { [self] result in
            let time = now()
            if let standing = try? result.get() {
                budget.update { budget in
                    budget.setGateways(gateways)
                    budget.take(BudgetAllotment(standing), told: dues, now: time)
                }
                members.setCutOff(false)
                if dues.closedSeconds != nil { members.announce() }
            } else {
                // Known to the others before anything is taken unasked.
                members.setCutOff(true)
                budget.update { $0.fail(dues, now: time) }
            }
            if dues.opens { members.releaseOwnership() }
            if gateways == 1 { _ = ownIfAlone() }
        }
    }

    /// - Returns: false once it has been waited for long enough.
    private func isPatient() -> Bool {
        let time = now()
        return waitingSince.withLock { since in
            if since == nil { since = time }
            return since.map { time.seconds(since: $0) < Self.ownerPatience } ?? true
        }
    }

    /// Takes the whole budget, if there is nobody to share it with.
    private func ownIfAlone() -> Bool {
        guard let generation = members.takeOwnership() else { return false }
        budget.own(until: generation)
        members.setCutOff(false)
        waitingSince.withLock { $0 = nil }
        // What the ledger tells of this window is not true any more.
        var message = BudgetMessage()
        message.opens = true
        message.isLast = true
        store.exchangeBudget(account, message) { _ in }
        return true
    }
}

extension Shared {
    /// Shares the budget from now on; cancel the task to end that. Nil when there is nobody to share it with.
    func leaseBudget() -> Task<Void, Never>? {
        guard let leasing else { return nil }
        leasing.begin()
        return Task.detached { await leasing.run() }
    }
}

extension BudgetMessage {
    init(_ dues: BudgetDues) {
        self.init()
        let window = dues.window.map {
            BudgetWindow(limit: $0.limit, remaining: $0.remaining, resetSeconds: $0.resetSeconds)
        }
        (returned, returnedPeriod) = (dues.returned, dues.returnedPeriod)
        opens = dues.opens
        if opens { openedWindow = window }
        closedSeconds = dues.closedSeconds
        if let period = dues.reports { report = BudgetReport(period: period, window: window) }
        (outstanding, unleased, wants) = (dues.outstanding, dues.unleased, dues.wants)
    }
}

extension BudgetAllotment {
    init(_ standing: BudgetStanding) {
        self.init(
            period: standing.period, tokens: standing.tokens, isConfirmed: standing.isConfirmed, limit: standing.limit,
            left: standing.left, resetSeconds: standing.resetSeconds, closedSeconds: standing.closedSeconds)
    }
}
