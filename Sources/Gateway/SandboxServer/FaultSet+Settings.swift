import LumaSandbox
import Settings

extension FaultSet {
    /// Checks the rules that a setting gives.
    static let settingChecks: SettingChecks = { kind, text in
        guard case .faults = kind else { return nil }
        do throws(FaultError) { _ = try FaultSet(text: text) } catch { return error.problem }
        return nil
    }
}
