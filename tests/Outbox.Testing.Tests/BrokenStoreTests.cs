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
    public async Task A_store_that_judges_endpoints_by_refused_settlements_fails_the_contract()
    {
        var failures = await ContractRun.FailuresAsync(typeof(HastyBreaker));

        Assert.Contains(nameof(HastyBreaker.A_settlement_that_is_refused_says_nothing_about_the_endpoint), failures);
        Assert.Contains(nameof(HastyBreaker.A_success_from_before_a_block_ends_the_failures_but_not_the_block), failures);
        Assert.Contains(nameof(HastyBreaker.Of_one_batch_a_success_outweighs_the_failures), failures);
    }

    [Fact]
    public async Task A_store_that_tells_of_what_it_did_not_store_fails_the_contract()
    {
        var failures = await ContractRun.FailuresAsync(typeof(GossipNotices));

        Assert.Contains(nameof(GossipNotices.A_settlement_that_is_refused_tells_nothing), failures);
        Assert.Contains(nameof(GossipNotices.An_endpoint_that_is_disabled_is_told_of_once), failures);
        Assert.Contains(nameof(GossipNotices.An_endpoint_that_recovers_is_told_of_once_and_only_if_it_was_blocked), failures);
    }

    [Fact]
    public async Task A_store_that_claims_whatever_is_due_fails_the_contract()
    {
        var failures = (await ContractRun.FailuresAsync(typeof(EagerBreaker))).Concat(await ContractRun.FailuresAsync(typeof(EagerPace))).ToList();

        Assert.Contains(nameof(EagerBreaker.A_half_open_endpoint_gives_its_oldest_and_only_that_however_many_ask), failures);
        Assert.Contains(nameof(EagerBreaker.The_failure_that_reaches_the_limit_blocks_that_endpoint_and_no_other), failures);
        Assert.Contains(nameof(EagerBreaker.What_waits_behind_a_block_spends_no_tries), failures);
        Assert.Contains(nameof(EagerPace.One_a_second_is_one_a_second_for_all_dispatchers_together), failures);
        Assert.Contains(nameof(EagerPace.What_was_not_used_is_not_saved_up), failures);
    }

    [Fact]
    public async Task The_store_that_the_broken_ones_wrap_passes_the_same_cases()
    {
        Assert.Empty(await ContractRun.FailuresAsync(typeof(InMemoryFencingTests)));
        Assert.Empty(await ContractRun.FailuresAsync(typeof(InMemoryBreakerTests)));
        Assert.Empty(await ContractRun.FailuresAsync(typeof(InMemoryPaceTests)));
        Assert.Empty(await ContractRun.FailuresAsync(typeof(InMemoryNoticeTests)));
    }

    private sealed class UnfencedFencing : FencingContract<UnfencedFixture>;

    private sealed class HastyBreaker : BreakerContract<HastyFixture>;

    private sealed class GossipNotices : NoticeContract<GossipFixture>;

    private sealed class EagerBreaker : BreakerContract<EagerFixture>;

    private sealed class EagerPace : PaceContract<EagerFixture>;

    private sealed class FindThenUpdateDispatchers : TwoDispatchersContract<FindThenUpdateFixture>;
}
