using Outbox.ProviderContract;

namespace Outbox.Testing.Tests;

/// <summary>The contract is worth what it catches.</summary>
public class BrokenStoreTests
{
    [Fact]
    public async Task A_store_without_fencing_fails_the_contract()
    {
        var failures = await ContractRun.FailuresAsync(typeof(UnfencedFencing));

        Assert.Superset(
            new HashSet<string>(StringComparer.Ordinal)
            {
                nameof(UnfencedFencing.A_late_completion_does_not_overwrite_a_newer_lease),
                nameof(UnfencedFencing.A_late_retry_does_not_release_a_newer_lease),
                nameof(UnfencedFencing.A_late_exhaustion_does_not_close_a_newer_lease),
                nameof(UnfencedFencing.A_late_interruption_does_not_release_a_newer_lease),
                nameof(UnfencedFencing.A_late_410_neither_parks_a_newer_lease_nor_disables_the_endpoint),
                nameof(UnfencedFencing.A_settlement_from_before_a_replay_changes_nothing),
                nameof(UnfencedFencing.In_a_batch_the_stale_ones_fail_alone),
            },
            failures.ToHashSet(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_store_that_finds_and_then_updates_fails_the_contract()
    {
        var failures = await ContractRun.FailuresAsync(typeof(FindThenUpdateDispatchers));

        Assert.Equal([nameof(FindThenUpdateDispatchers.Twenty_thousand_deliveries_are_each_claimed_once_and_all_settled)], failures);
    }

    [Fact]
    public async Task The_store_that_the_broken_ones_wrap_passes_the_same_cases()
    {
        Assert.Empty(await ContractRun.FailuresAsync(typeof(InMemoryFencingTests)));
    }

    private sealed class UnfencedFencing : FencingContract<UnfencedFixture>;

    private sealed class FindThenUpdateDispatchers : TwoDispatchersContract<FindThenUpdateFixture>;
}
