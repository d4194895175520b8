using Outbox.Deliveries;
using Outbox.Storage;
using Xunit;

namespace Outbox.ProviderContract;

/// <summary>Holds: an event waits for its artifacts, and goes out at the last deadline as it stands.</summary>
/// <typeparam name="TFixture">The store's fixture.</typeparam>
public abstract class HoldContract<TFixture> : StoreContract<TFixture>
    where TFixture : StoreFixture, new()
{
    [ContractFact]
    public async Task A_held_event_is_due_at_its_last_deadline()
    {
        await Stores.PutAsync(Some.Endpoint());
        var now = await Fixture.NowAsync();
        var id = await Stores.OweAsync(Some.About("call_1", Some.Hold("transcript", 20), Some.Hold("recording", 10)));

        var held = await Stores.DetailsAsync(id);
        AssertAbout(now + (20 * Some.Minute), held.DueAt);
        Assert.Equal(["recording", "transcript"], held.HeldFor.Order(StringComparer.Ordinal));
        AssertAbout(20 * Some.Minute, await Stores.NextDueInAsync());
        await AdvanceMinutesAsync(18);
        Assert.Empty(await Stores.ClaimAsync());
        await AdvanceMinutesAsync(3);
        Assert.Equal("""{"n":1}""", (await Stores.ClaimOneAsync()).Data.Text());
    }

    [ContractFact]
    public async Task The_artifact_patches_the_data_and_sends_the_event_at_once()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.PutAsync(Some.Endpoint());
        await Stores.EnqueueAsync(Some.About("call_1", Some.Hold("recording", 10)));

        var release = Some.Release("call_1", "recording") with
        {
            Patch = data => Some.Json(data.Text().Replace("1", "2", StringComparison.Ordinal)),
        };
        Assert.Equal(ArtifactOutcome.Released, await Stores.ReleaseAsync(release));

        Assert.Equal(TimeSpan.Zero, await Stores.NextDueInAsync());
        var claimed = await Stores.ClaimAsync();
        Assert.Equal(["""{"n":2}""", """{"n":2}"""], claimed.Select(delivery => delivery.Data.Text()));
    }

    [ContractFact]
    public async Task Nothing_is_too_late_for_an_event_that_nobody_was_told_of()
    {
        await Stores.EnqueueAsync(Some.About("call_1", Some.Hold("recording", 10)));
        await AdvanceMinutesAsync(20);

        Assert.Empty(await Stores.ClaimAsync());
        Assert.Equal(ArtifactOutcome.Released, await Stores.ReleaseAsync(Some.Release("call_1", "recording")));
    }

    [ContractFact]
    public async Task An_event_waits_for_each_of_its_artifacts()
    {
        await Stores.PutAsync(Some.Endpoint());
        var now = await Fixture.NowAsync();
        var id = await Stores.OweAsync(Some.About("call_1", Some.Hold("transcript", 20), Some.Hold("recording", 10)));

        Assert.Equal(ArtifactOutcome.StillHeld, await Stores.ReleaseAsync(Some.Release("call_1", "transcript", """{"n":2}""")));

        var held = await Stores.DetailsAsync(id);
        Assert.Equal(["recording"], held.HeldFor);
        AssertAbout(now + (10 * Some.Minute), held.DueAt);
        Assert.Empty(await Stores.ClaimAsync());
        Assert.Equal(ArtifactOutcome.Released, await Stores.ReleaseAsync(Some.Release("call_1", "recording", """{"n":3}""")));
        Assert.Equal("""{"n":3}""", (await Stores.ClaimOneAsync()).Data.Text());
    }

    [ContractFact]
    public async Task From_the_first_claim_an_artifact_is_too_late_and_changes_nothing()
    {
        await Stores.PutAsync(Some.Endpoint());
        var id = await Stores.OweAsync(Some.About("call_1", Some.Hold("recording", 10)));
        await AdvanceMinutesAsync(11);
        var claimed = await Stores.ClaimOneAsync();

        Assert.Equal(ArtifactOutcome.TooLate, await Stores.ReleaseAsync(Some.Release("call_1", "recording")));

        Assert.True(await Stores.SettleAsync(claimed, DeliveryTransition.RetryAfter(10 * Some.Minute)));
        Assert.Equal(ArtifactOutcome.TooLate, await Stores.ReleaseAsync(Some.Release("call_1", "recording")));
        var waiting = await Stores.DetailsAsync(id);
        Assert.Equal("""{"n":1}""", waiting.Data.Text());
        Assert.Empty(waiting.HeldFor);
        Assert.Empty(await Stores.ClaimAsync());
    }

    [ContractFact]
    public async Task An_artifact_that_nobody_waits_for_is_told_so()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync(Some.About("call_1", Some.Hold("recording", 10)));
        await Stores.OweAsync(Some.About("call_2"));

        Assert.Equal(ArtifactOutcome.NothingHeld, await Stores.ReleaseAsync(Some.Release("call_3", "recording")));
        Assert.Equal(ArtifactOutcome.NothingHeld, await Stores.ReleaseAsync(Some.Release("call_1", "summary")));
        Assert.Equal(ArtifactOutcome.NothingHeld, await Stores.ReleaseAsync(Some.Release("call_2", "recording")));
    }

    [ContractFact]
    public async Task An_artifact_told_twice_before_the_first_claim_patches_again()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync(Some.About("call_1", Some.Hold("recording", 10)));
        await Stores.ReleaseAsync(Some.Release("call_1", "recording", """{"n":2}"""));

        Assert.Equal(ArtifactOutcome.Released, await Stores.ReleaseAsync(Some.Release("call_1", "recording", """{"n":3}""")));

        Assert.Equal("""{"n":3}""", (await Stores.ClaimOneAsync()).Data.Text());
    }

    [ContractFact]
    public async Task All_events_of_the_subject_that_wait_are_released_and_the_best_outcome_is_told()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync(Some.About("call_1", Some.Hold("recording", 1)));
        await AdvanceMinutesAsync(2);
        Assert.Single(await Stores.ClaimAsync());
        await Stores.OweAsync(Some.About("call_1", Some.Hold("recording", 10), Some.Hold("summary", 10)));
        await Stores.OweAsync(Some.About("call_1", Some.Hold("recording", 10)));

        Assert.Equal(ArtifactOutcome.Released, await Stores.ReleaseAsync(Some.Release("call_1", "recording")));

        Assert.Equal("""{"patched":true}""", (await Stores.ClaimOneAsync()).Data.Text());
        Assert.Equal(["summary"], (await Deliveries.ListHeldAsync(10, CancellationToken.None)).Select(held => held.Artifact));
    }

    [ContractFact]
    public async Task An_artifact_of_one_tenant_leaves_another_tenants_call_of_the_same_name_alone()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync(Some.About("call_1", Some.Hold("recording", 10)) with { Tenant = "org_1" });
        await Stores.OweAsync(Some.About("call_1", Some.Hold("recording", 10)) with { Tenant = "org_2" });

        await Stores.ReleaseAsync(Some.Release("call_1", "recording") with { Tenant = "org_2" });

        Assert.Equal("org_2", (await Stores.ClaimOneAsync()).Tenant);
        await Stores.ReleaseAsync(Some.Release("call_1", "recording"));
        Assert.Equal("org_1", (await Stores.ClaimOneAsync()).Tenant);
    }

    [ContractFact]
    public async Task A_patch_that_is_refused_changes_no_event_of_the_subject()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync(Some.About("call_1", Some.Hold("recording", 10)));
        await Stores.OweAsync(Some.About("call_1", Some.Hold("recording", 10)) with { Data = Some.Json("""{"n":22}""") });
        var release = Some.Release("call_1", "recording") with
        {
            Patch = data => data.Length > 7 ? throw new WebhookValidationException("data", "too large") : Some.Json("""{"n":0}"""),
        };

        await Assert.ThrowsAsync<WebhookValidationException>(() => Stores.ReleaseAsync(release));

        Assert.Empty(await Stores.ClaimAsync());
        Assert.Equal(2, (await Deliveries.ListHeldAsync(10, CancellationToken.None)).Count);
        await AdvanceMinutesAsync(11);
        Assert.Equal(["""{"n":1}""", """{"n":22}"""], (await Stores.ClaimAsync()).Select(delivery => delivery.Data.Text()));
    }

    [ContractFact(StoreCapabilities.CallerTransactions)]
    public async Task A_release_that_is_rolled_back_never_happened()
    {
        await Stores.PutAsync(Some.Endpoint());
        var id = await Stores.OweAsync(Some.About("call_1", Some.Hold("recording", 10)));

        await using (var caller = await Fixture.BeginAsync(Stores))
        {
            Assert.Equal(ArtifactOutcome.Released, await caller.ReleaseAsync(Some.Release("call_1", "recording")));
            await caller.RollbackAsync();
        }

        var held = await Stores.DetailsAsync(id);
        Assert.Equal(["recording"], held.HeldFor);
        Assert.Equal("""{"n":1}""", held.Data.Text());
        Assert.Empty(await Stores.ClaimAsync());
    }

    [ContractFact(StoreCapabilities.CallerTransactions)]
    public async Task An_event_may_be_released_in_the_transaction_that_enqueued_it()
    {
        await Stores.PutAsync(Some.Endpoint());

        await using (var caller = await Fixture.BeginAsync(Stores))
        {
            await caller.EnqueueAsync(Some.About("call_1", Some.Hold("recording", 10)));
            Assert.Equal(ArtifactOutcome.Released, await caller.ReleaseAsync(Some.Release("call_1", "recording")));
            await caller.CommitAsync();
        }

        Assert.Equal("""{"patched":true}""", (await Stores.ClaimOneAsync()).Data.Text());
    }

    [ContractFact]
    public async Task When_a_claim_and_a_release_race_the_answer_tells_what_was_sent()
    {
        await Stores.PutAsync(Some.Endpoint());
        var another = await Fixture.OpenAnotherAsync();
        var subjects = Enumerable.Range(0, 40).ToDictionary(i => $"call_{i}", _ => "", StringComparer.Ordinal);
        foreach (var subject in subjects.Keys)
        {
            subjects[subject] = await Stores.OweAsync(Some.About(subject, Some.Hold("recording", 1)));
        }

        await AdvanceMinutesAsync(2);
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var claiming = Task.Run(async () =>
        {
            await start.Task;
            var claimed = new List<ClaimedDelivery>();
            while (claimed.Count < subjects.Count)
            {
                claimed.AddRange(await another.ClaimAsync(limit: 1));
                await Task.Yield();
            }

            return claimed.ToDictionary(delivery => delivery.Id, StringComparer.Ordinal);
        });
        var releasing = Task.Run(async () =>
        {
            await start.Task;
            var outcomes = new Dictionary<string, ArtifactOutcome>(StringComparer.Ordinal);
            foreach (var subject in subjects.Keys.Reverse())
            {
                outcomes[subjects[subject]] = await Stores.ReleaseAsync(Some.Release(subject, "recording"));
                await Task.Yield();
            }

            return outcomes;
        });

        start.SetResult();
        var sent = await claiming;
        Assert.All(await releasing, pair => Assert.Equal(
            pair.Value == ArtifactOutcome.Released ? """{"patched":true}""" : """{"n":1}""",
            sent[pair.Key].Data.Text()));
    }

    [ContractFact(StoreCapabilities.Durable)]
    public async Task A_hold_survives_a_restart()
    {
        await Stores.PutAsync(Some.Endpoint());
        var id = await Stores.OweAsync(Some.About("call_1", Some.Hold("recording", 10)));

        var restarted = await Fixture.OpenAnotherAsync();

        Assert.Equal(["recording"], (await restarted.DetailsAsync(id)).HeldFor);
        Assert.Empty(await restarted.ClaimAsync());
        Assert.Equal(ArtifactOutcome.Released, await restarted.ReleaseAsync(Some.Release("call_1", "recording")));
        Assert.Equal("""{"patched":true}""", (await restarted.ClaimOneAsync()).Data.Text());
    }

    [ContractFact]
    public async Task A_held_event_that_was_parked_still_waits_when_it_is_let_out()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        var id = await Stores.OweAsync(Some.About("call_1", Some.Hold("recording", 30)));
        await Stores.DisableAsync(endpoint);
        await Stores.ParkAsync();
        await Stores.EnableAsync(endpoint);

        await Stores.DrainAsync();

        await AssertStatusAsync(DeliveryStatus.Waiting, id);
        Assert.Empty(await Stores.ClaimAsync());
        await AdvanceMinutesAsync(31);
        Assert.Single(await Stores.ClaimAsync());
    }

    [ContractFact]
    public async Task A_held_event_that_is_released_while_it_is_parked_goes_when_it_is_let_out()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        await Stores.DisableAsync(endpoint);
        var id = await Stores.OweAsync(Some.About("call_1", Some.Hold("recording", 30)));

        Assert.Equal(ArtifactOutcome.Released, await Stores.ReleaseAsync(Some.Release("call_1", "recording")));

        await AssertStatusAsync(DeliveryStatus.Parked, id);
        await Stores.EnableAsync(endpoint);
        await Stores.DrainAsync();
        Assert.Equal("""{"patched":true}""", (await Stores.ClaimOneAsync()).Data.Text());
    }

    [ContractFact]
    public async Task What_is_waited_for_is_listed_soonest_deadline_first()
    {
        await Stores.PutAsync(Some.Endpoint());
        var now = await Fixture.NowAsync();
        var late = await Stores.EnqueueAsync(Some.About("call_1", Some.Hold("recording", 30), Some.Hold("summary", 10)) with { Tenant = "org_1" });
        await Stores.EnqueueAsync(Some.About("call_2", Some.Hold("recording", 20)));
        await Stores.EnqueueAsync(Some.About("call_3"));

        var held = await Deliveries.ListHeldAsync(10, CancellationToken.None);

        Assert.Equal([("call_1", "summary"), ("call_2", "recording"), ("call_1", "recording")], held.Select(one => (one.Subject, one.Artifact)));
        Assert.Equal((late.EventId, "org_1"), (held[0].EventId, held[0].Tenant));
        AssertAbout(now + (10 * Some.Minute), held[0].Deadline);
        Assert.Single(await Deliveries.ListHeldAsync(1, CancellationToken.None));
    }
}
