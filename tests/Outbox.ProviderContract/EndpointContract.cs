using Outbox.Storage;
using Xunit;

namespace Outbox.ProviderContract;

/// <summary>The endpoint registry: put, look up, list and delete.</summary>
/// <typeparam name="TFixture">The store's fixture.</typeparam>
public abstract class EndpointContract<TFixture> : StoreContract<TFixture>
    where TFixture : StoreFixture, new()
{
    [ContractFact]
    public async Task An_endpoint_is_kept_as_it_was_put()
    {
        var endpoint = Some.Endpoint() with
        {
            Tenant = "org_é",
            Scope = "number:+16473705600",
            Url = "https://receiver.example/hooks/%E2%98%8E?a=1,2&b='x'",
            Profile = "ttma",
            EventTypes = ["call.ended", "call.failed"],
            ShipTranscript = false,
            MaxInFlight = 3,
            Secrets = new byte[] { 0, 1, 2, 254, 255 },
            SecretHint = "wxyz",
            PreviousSecretUntil = new DateTimeOffset(2030, 6, 2, 0, 0, 0, 125, TimeSpan.Zero),
            ExpiresAt = new DateTimeOffset(2031, 1, 1, 0, 0, 0, TimeSpan.Zero),
        };

        AssertSame(endpoint, await Stores.PutAsync(endpoint));
        AssertSame(endpoint, await Endpoints.GetAsync(endpoint.Id, CancellationToken.None));
        AssertSame(endpoint, Assert.Single(await Endpoints.ListAsync(new(), CancellationToken.None)));
    }

    [ContractFact]
    public async Task A_plain_endpoint_has_no_more_than_it_was_given()
    {
        var endpoint = Some.Endpoint();

        AssertSame(endpoint, await Stores.PutAsync(endpoint));
        AssertSame(endpoint, await Endpoints.GetAsync(endpoint.Id, CancellationToken.None));
    }

    [ContractFact]
    public async Task A_change_is_given_what_is_stored_and_replaces_it()
    {
        var endpoint = await Stores.PutAsync(
            Some.Endpoint() with { EventTypes = ["call.ended"], MaxInFlight = 2, ExpiresAt = await Fixture.NowAsync() });
        StoredEndpoint? given = null;

        await Stores.ChangeAsync(endpoint, found =>
        {
            given = found;
            return found with { Url = "https://moved.example/", EventTypes = [], MaxInFlight = null, ExpiresAt = null };
        });

        AssertSame(endpoint, given);
        AssertSame(
            endpoint with { Url = "https://moved.example/", EventTypes = [], MaxInFlight = null, ExpiresAt = null },
            await Endpoints.GetAsync(endpoint.Id, CancellationToken.None));
        Assert.Single(await Endpoints.ListAsync(new(), CancellationToken.None));
    }

    [ContractFact]
    public async Task A_change_that_throws_stores_nothing()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());

        await Assert.ThrowsAsync<WebhookValidationException>(
            () => Stores.ChangeAsync(endpoint, _ => throw new WebhookValidationException("url", "no")));
        await Assert.ThrowsAsync<WebhookValidationException>(async () => await Endpoints.PutAsync(
            new EndpointLookup(), _ => throw new WebhookValidationException("url", "no"), null, CancellationToken.None));

        AssertSame(endpoint, Assert.Single(await Endpoints.ListAsync(new(), CancellationToken.None)));
        await Stores.DisableAsync(endpoint);
    }

    [ContractFact]
    public async Task The_only_one_of_a_scope_is_found_by_tenant_scope_and_profile()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint() with { Scope = "number:+1", Profile = "ttma" });
        await Stores.PutAsync(Some.Endpoint() with { Scope = "number:+1", Profile = "ttma", Tenant = "org_1" });
        await Stores.PutAsync(Some.Endpoint() with { Scope = "number:+1", Profile = "standard" });
        await Stores.PutAsync(Some.Endpoint() with { Scope = "number:+2", Profile = "ttma" });

        Assert.Equal(endpoint.Id, await FoundAsync(new() { OnlyOne = (null, "number:+1", "ttma") }));
        Assert.Null(await FoundAsync(new() { OnlyOne = ("org_2", "number:+1", "ttma") }));
        Assert.Null(await FoundAsync(new()));
        Assert.Null(await FoundAsync(new() { Id = "ep_unknown" }));
    }

    [ContractFact]
    public async Task Sixteen_puts_at_once_of_one_scope_make_one_endpoint()
    {
        var another = await Fixture.OpenAnotherAsync();
        var lookup = new EndpointLookup { OnlyOne = (null, "number:+1", "ttma") };

        var stored = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
            await (i % 2 == 0 ? Stores : another).Endpoints.PutAsync(
                lookup,
                found => (found ?? Some.Endpoint() with { Scope = "number:+1", Profile = "ttma" }) with
                {
                    MaxInFlight = 1 + (found?.MaxInFlight ?? 0),
                },
                null,
                CancellationToken.None))));

        var endpoint = Assert.Single(await Endpoints.ListAsync(new(), CancellationToken.None));
        Assert.All(stored, one => Assert.Equal(endpoint.Id, one.Id));
        Assert.Equal(16, endpoint.MaxInFlight);
    }

    [ContractFact(StoreCapabilities.CallerTransactions)]
    public async Task A_calls_own_endpoint_gets_the_event_of_the_same_transaction()
    {
        EnqueueResult result;

        await using (var caller = await Fixture.BeginAsync(Stores))
        {
            await caller.InsertCallAsync("call_1");
            await caller.PutAsync(new(), _ => Some.Endpoint() with { Scope = "call:call_1" });
            result = await caller.EnqueueAsync(Some.About("call_1") with { Scopes = ["all", "call:call_1"] });
            await caller.CommitAsync();
        }

        Assert.Equal(Assert.Single(result.DeliveryIds), (await Stores.ClaimOneAsync()).Id);
    }

    [ContractFact(StoreCapabilities.CallerTransactions)]
    public async Task A_put_that_is_rolled_back_never_happened()
    {
        var endpoint = Some.Endpoint();

        await using (var caller = await Fixture.BeginAsync(Stores))
        {
            await caller.PutAsync(new(), _ => endpoint);
            await caller.RollbackAsync();
        }

        Assert.Null(await Endpoints.GetAsync(endpoint.Id, CancellationToken.None));
        Assert.Empty((await Stores.EnqueueAsync(Some.Event())).DeliveryIds);
    }

    [ContractFact]
    public async Task Endpoints_are_listed_in_the_order_they_were_made_and_by_each_filter()
    {
        var first = await Stores.PutAsync(Some.Endpoint() with { Tenant = "org_1", Scope = "number:+1" });
        var second = await Stores.PutAsync(Some.Endpoint() with { Tenant = "org_2", Scope = "number:+1", Profile = "ttma" });
        var third = await Stores.PutAsync(Some.Endpoint() with { Scope = "number:+2", Profile = "ttma" });
        await Stores.ChangeAsync(first, found => found with { Url = "https://moved.example/" });

        Assert.Equal([first.Id, second.Id, third.Id], await ListAsync(new()));
        Assert.Equal([second.Id], await ListAsync(new() { Tenant = "org_2" }));
        Assert.Equal([first.Id, second.Id], await ListAsync(new() { Scope = WebhookScope.Number("+1") }));
        Assert.Equal([second.Id, third.Id], await ListAsync(new() { Profile = "ttma" }));
        Assert.Equal([second.Id], await ListAsync(new() { Profile = "ttma", Scope = WebhookScope.Number("+1") }));
    }

    [ContractFact]
    public async Task A_deleted_endpoint_is_gone_from_every_look_up()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());

        Assert.True(await Endpoints.DeleteAsync(endpoint.Id, CancellationToken.None));

        Assert.False(await Endpoints.DeleteAsync(endpoint.Id, CancellationToken.None));
        Assert.False(await Endpoints.DeleteAsync("ep_unknown", CancellationToken.None));
        Assert.Null(await Endpoints.GetAsync(endpoint.Id, CancellationToken.None));
        Assert.Empty(await Endpoints.ListAsync(new(), CancellationToken.None));
        Assert.Null(await FoundAsync(new() { OnlyOne = (null, "all", "standard") }));
    }

    private static void AssertSame(StoredEndpoint expected, StoredEndpoint? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.EventTypes, actual.EventTypes);
        Assert.Equal(expected.Secrets.ToArray(), actual.Secrets.ToArray());
        Assert.Equal(expected, actual with { EventTypes = expected.EventTypes, Secrets = expected.Secrets });
    }

    private async Task<IEnumerable<string>> ListAsync(EndpointFilter filter) =>
        (await Endpoints.ListAsync(filter, CancellationToken.None)).Select(endpoint => endpoint.Id);

    // What a put would change; it throws so that it changes nothing.
    private async Task<string?> FoundAsync(EndpointLookup lookup)
    {
        string? found = null;
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await Endpoints.PutAsync(
            lookup,
            endpoint =>
            {
                found = endpoint?.Id;
                throw new OperationCanceledException();
            },
            null,
            CancellationToken.None));
        return found;
    }
}
