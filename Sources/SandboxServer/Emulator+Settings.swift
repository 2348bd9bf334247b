import LumaSandbox
package import Settings

extension Emulator {
    /// Checks the rules that a setting gives.
    package static let settingChecks: SettingChecks = { kind, text in
        guard case .faults = kind else { return nil }
        do throws(FaultError) { _ = try FaultSet(text: text) } catch { return error.problem }
        return nil
    }
}
