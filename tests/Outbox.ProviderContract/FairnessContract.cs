using Outbox.Deliveries;
using Outbox.Storage;
using Xunit;

namespace Outbox.ProviderContract;

/// <summary>Fairness: one endpoint's backlog never stands in another's way.</summary>
/// <typeparam name="TFixture">The store's fixture.</typeparam>
public abstract class FairnessContract<TFixture> : StoreContract<TFixture>
    where TFixture : StoreFixture, new()
{
    [ContractFact]
    public async Task Endpoints_take_turns_from_claim_to_claim()
    {
        string[] scopes = ["campaign:a", "campaign:b", "campaign:c"];
        foreach (var scope in scopes)
        {
            await Stores.PutAsync(Some.Endpoint() with { Scope = scope });
            await OweManyAsync(3, scope);
        }

        for (var round = 0; round < 3; round++)
        {
            var turns = new HashSet<string>(StringComparer.Ordinal);
            foreach (var _ in scopes)
            {
                Assert.True(turns.Add(Assert.Single(await Stores.ClaimAsync(limit: 1)).Endpoint.Id), "An endpoint had two turns before another had one.");
            }
        }
    }

    [ContractFact]
    public async Task A_claim_with_room_for_all_serves_all()
    {
        await Stores.PutAsync(Some.Endpoint() with { Scope = "campaign:busy" });
        await OweManyAsync(50, "campaign:busy");
        var quiet = new List<string>();
        foreach (var scope in new[] { "campaign:b", "campaign:c" })
        {
            quiet.Add((await Stores.PutAsync(Some.Endpoint() with { Scope = scope })).Id);
            await OweManyAsync(1, scope);
        }

        var claimed = (await Stores.AskAsync(limit: 12, perEndpoint: 8)).Deliveries;

        Assert.Equal(10, claimed.Count);
        Assert.Subset(claimed.Select(delivery => delivery.Endpoint.Id).ToHashSet(StringComparer.Ordinal), quiet.ToHashSet(StringComparer.Ordinal));
    }

    [ContractFact]
    public async Task A_backlog_of_ten_thousand_at_a_saturated_endpoint_delays_no_other()
    {
        var saturated = await Stores.PutAsync(Some.Endpoint() with { Scope = "campaign:saturated" });
        await OweManyAsync(10_000, "campaign:saturated");
        await Stores.PutAsync(Some.Endpoint() with { Scope = "campaign:quiet" });
        await OweManyAsync(1, "campaign:quiet");

        var inFlight = new Dictionary<string, int>(StringComparer.Ordinal) { [saturated.Id] = 8 };
        var result = await Stores.AskAsync(limit: 10, perEndpoint: 8, inFlight: inFlight);

        Assert.NotEqual(saturated.Id, Assert.Single(result.Deliveries).Endpoint.Id);
        Assert.True(result.More);
    }

    [ContractFact]
    public async Task A_newcomer_gets_its_turn_within_two_claims_whatever_the_backlog_of_another()
    {
        var busy = await Stores.PutAsync(Some.Endpoint() with { Scope = "campaign:busy" });
        await OweManyAsync(100, "campaign:busy");
        Assert.Equal(4, (await Stores.AskAsync(limit: 4)).Deliveries.Count);
        await Stores.PutAsync(Some.Endpoint() with { Scope = "campaign:new" });
        await OweManyAsync(1, "campaign:new");

        var claimed = (await Stores.ClaimAsync(limit: 4)).Concat(await Stores.ClaimAsync(limit: 4));

        Assert.Single(claimed, delivery => delivery.Endpoint.Id != busy.Id);
    }

    private async Task OweManyAsync(int count, string scope)
    {
        await using var caller = Fixture.Has(StoreCapabilities.CallerTransactions) ? await Fixture.BeginAsync(Stores) : null;
        for (var i = 0; i < count; i++)
        {
            await (caller?.EnqueueAsync(Some.Event() with { Scopes = [scope] }) ?? Outbox.EnqueueAsync(Some.Event() with { Scopes = [scope] }, null, CancellationToken.None));
        }

        await (caller?.CommitAsync() ?? Task.CompletedTask);
    }
}
