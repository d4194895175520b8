using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace Outbox.AspNetCore.Tests;

/// <summary>Endpoints with a key pair, as the management API shows them.</summary>
public sealed class KeyPairTests
{
    [Fact]
    public async Task An_endpoint_with_a_key_pair_shows_its_public_key_and_no_answer_ever_holds_the_private_one()
    {
        await using var host = await ManagementHost.StartAsync(build: builder => builder.Services.AddWebhookOutbox().AddProfile(StandardWebhooksV1a.Profile));
        var ops = host.As();

        var put = (await ops.PostAsync("endpoints", new { scope = "all", url = "http://127.0.0.1:9/", profile = "standard-v1a" })).Is(HttpStatusCode.Created);
        var id = (string)put.Json["endpoint"]!["id"]!;
        var publicKey = (string)put.Json["endpoint"]!["publicKey"]!;
        var preview = (await ops.PostAsync("tester/preview", new { endpointId = id, type = "call.ended" })).Is(HttpStatusCode.OK);
        var rotated = (await ops.PostAsync($"endpoints/{id}/rotate-secret", new { overlapSeconds = 60 })).Is(HttpStatusCode.OK);
        var read = await ops.GetAsync($"endpoints/{id}");

        Assert.Null(put.Json["generatedSecret"]);
        Assert.Null(put.Json["endpoint"]!["secretHint"]);
        Assert.Equal("Ed25519", (string?)preview.Json["signature"]!["algorithm"]);
        Assert.Contains(publicKey, (string?)preview.Json["signature"]!["keyNote"], StringComparison.Ordinal);
        Assert.NotEqual(publicKey, (string?)rotated.Json["endpoint"]!["publicKey"]);
        Assert.Equal((string?)rotated.Json["endpoint"]!["publicKey"], (string?)read.Json["endpoint"]!["publicKey"]);
        Assert.All([put, preview, rotated, read], reply => Assert.DoesNotContain("whsk_", reply.Text, StringComparison.Ordinal));
    }
}
