using Outbox.Postgres.Tests;
using Outbox.Profiles;
using Outbox.Signing;

namespace MinimalApiHost.Tests;

/// <summary>The same platform on a real PostgreSQL, through its HTTP door.</summary>
public sealed class PostgresTests(PlatformFixture platform) : IClassFixture<PlatformFixture>
{
    [PostgresFact]
    public async Task A_call_ends_waits_for_its_recording_and_arrives_verified()
    {
        await using var database = await ThrowawayDatabase.CreateAsync();
        var api = new Api(platform.Start(("Storage", "postgres"), ("ConnectionStrings:Calls", database.ConnectionString)), "demo-key");
        var number = platform.NewNumber();
        await api.PutAsync("/v1/voice/webhooks", new { from = number, url = platform.Receiver.Url("/postgres"), secret = PlatformFixture.Secret });
        await api.PostAsync("/v1/calls", new { id = "call_pg", from = number, to = "+16475551234", record = true });

        var undone = await api.PostAsync("/v1/calls/call_pg/end?simulate=rollback", new { });
        var ended = await api.PostAsync("/v1/calls/call_pg/end", new { transcript = "“Hi”, it’s Sol 😀", quality = new { score = 2.50 } });
        var id = ended.Texts("deliveryIds").Single();
        var held = await api.DeliveryAsync(id, "waiting");
        var released = await api.PostAsync("/v1/calls/call_pg/artifacts/recording", new { recordingAvailable = true, recordingUrl = "https://calls.example/1.mp3" });
        var delivered = await api.DeliveryAsync(id, "delivered");

        undone.IsProblem(System.Net.HttpStatusCode.InternalServerError, "rolled back");
        Assert.Equal("recording", (string?)held["heldFor"]!.AsArray().Single());
        Assert.Equal("released", (string?)released["outcome"]);
        Assert.Equal(1, (int)delivered["attempts"]!.AsArray().Count);
        var received = Assert.Single(await platform.Receiver.ArrivedAsync("/postgres"));
        Assert.True(new WebhookVerifier(WebhookProfile.Ttma, PlatformFixture.Secret).Verify(received.Body, received.Headers).IsValid);
        Assert.Equal("https://calls.example/1.mp3", (string?)received.Json["data"]!["recordingUrl"]);
        Assert.Contains("\"score\":2.5}", received.Text, StringComparison.Ordinal);
        Assert.Single((await api.GetAsync("/v1/deliveries?subject=call_pg"))["deliveries"]!.AsArray());
    }
}
