using System.Net;
using System.Text;
using Outbox.Profiles;
using Outbox.Signing;

namespace Outbox.AspNetCore.Tests;

public sealed class TesterTests
{
    [Theory]
    [InlineData("ttma", "call.ended")]
    [InlineData("talkifai", "call.ended")]
    [InlineData("topcalls", "call.completed")]
    [InlineData("truedy", "call.ended")]
    [InlineData("huskyvoice", "call.completed")]
    [InlineData("standard", "anything.at.all")]
    public async Task A_preview_is_what_a_receiver_verifies_and_its_steps_add_up(string profile, string type)
    {
        await using var host = await ManagementHost.StartAsync();
        var ops = host.As();
        var registered = await ops.PostAsync("endpoints", new { scope = "all", url = "http://127.0.0.1:9/", profile, secret = profile == "standard" ? null : Seeds.Secret });
        var id = (string)registered.Json["endpoint"]!["id"]!;
        var secret = (string?)registered.Json["generatedSecret"] ?? Seeds.Secret;

        var preview = (await ops.PostAsync("tester/preview", new { endpointId = id, type })).Is(HttpStatusCode.OK);

        var body = Convert.FromBase64String((string)preview.Json["request"]!["bodyBase64"]!);
        var headers = preview.Json["request"]!["headers"]!.AsArray().ToDictionary(header => (string)header!["name"]!, header => (string?)header!["value"], StringComparer.OrdinalIgnoreCase);
        var verification = new WebhookVerifier(WebhookProfile.BuiltIn.Single(known => known.Name == profile), secret).Verify(body, name => headers.GetValueOrDefault(name));
        Assert.True(verification.IsValid, verification.Reason);
        var signature = preview.Json["signature"]!;
        Assert.EndsWith(Encoding.UTF8.GetString(body), (string)signature["signedString"]!, StringComparison.Ordinal);
        Assert.Equal(headers[(string)signature["header"]!], (string?)signature["value"]);
        Assert.Equal((string?)signature["value"], (string?)signature["steps"]!.AsArray()[^1]!["value"]);
        Assert.Equal(["node", "python", "csharp", "n8n"], preview.Json["verification"]!.AsArray().Select(code => (string)code!["language"]!));
    }

    [Fact]
    public async Task Sending_makes_one_request_and_stores_nothing()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer("/hooks", async context =>
        {
            context.Response.StatusCode = 503;
            context.Response.Headers["X-Request-Id"] = "req_1";
            context.Response.Headers["X-Session-Token"] = "a-token-of-the-receiver";
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, "come back later");
        });
        await using var host = await ManagementHost.StartAsync();
        var ops = host.As();
        var id = await ops.RegisterAsync(receiver.Url("/hooks"));
        await ops.PostAsync($"endpoints/{id}/disable", new { reason = "test" });

        var trial = (await ops.PostAsync("tester/send", new { endpointId = id, type = "call.completed", data = new { id = "call_7" } })).Is(HttpStatusCode.OK);
        var received = await receiver.NextAsync();

        Assert.Equal(received.Body, Convert.FromBase64String((string)trial.Json["request"]!["bodyBase64"]!));
        Assert.Equal(received.Headers["X-Husky-Signature"], (string?)trial.Json["signature"]!["value"]);
        var response = trial.Json["response"]!;
        Assert.Equal((503, false, "come back later"), ((int)response["statusCode"]!, (bool)response["ok"]!, (string?)response["excerpt"]));
        Assert.False((bool)response["excerptTruncated"]!);
        var headers = response["headers"]!.AsArray().ToDictionary(header => (string)header!["name"]!, header => (string?)header!["value"], StringComparer.OrdinalIgnoreCase);
        Assert.Equal("req_1", headers["X-Request-Id"]);
        Assert.Null(headers["X-Session-Token"]);
        Assert.StartsWith("Not delivered", (string)response["verdict"]!, StringComparison.Ordinal);
        Assert.Empty((await ops.GetAsync("deliveries")).Items());
        Assert.Single(receiver.All);
    }

    [Fact]
    public async Task A_long_answer_is_cut_and_says_so_and_no_answer_has_no_headers()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer("/long", context => Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, new string('x', 20_000)));
        await using var host = await ManagementHost.StartAsync();
        var ops = host.As();
        var answers = await ops.RegisterAsync(receiver.Url("/long"));
        var refuses = await ops.RegisterAsync("http://127.0.0.1:9/", "campaign:spring");

        var cut = (await ops.PostAsync("tester/send", new { endpointId = answers, type = "call.completed" })).Is(HttpStatusCode.OK).Json["response"]!;
        var none = (await ops.PostAsync("tester/send", new { endpointId = refuses, type = "call.completed" })).Is(HttpStatusCode.OK).Json["response"]!;

        Assert.Equal((true, new string('x', 16 * 1024)), ((bool)cut["excerptTruncated"]!, (string?)cut["excerpt"]));
        Assert.Equal((null, "connect", false), ((int?)none["statusCode"], (string?)none["error"], (bool)none["excerptTruncated"]!));
        Assert.Null(none["headers"]);
    }

    [Fact]
    public async Task An_endpoint_without_a_secret_has_no_signature_to_explain()
    {
        await using var host = await ManagementHost.StartAsync();
        var ops = host.As();
        var registered = await ops.PostAsync("endpoints", new { scope = "all", url = "http://127.0.0.1:9/", profile = "topcalls" });

        var preview = await ops.PostAsync("tester/preview", new { endpointId = (string)registered.Json["endpoint"]!["id"]!, type = "call.completed" });

        Assert.Null(preview.Is(HttpStatusCode.OK).Json["signature"]);
    }

    [Fact]
    public async Task What_cannot_be_composed_is_refused_with_its_field()
    {
        await using var host = await ManagementHost.StartAsync();
        var id = await host.As().RegisterAsync("http://127.0.0.1:9/");

        foreach (var route in new[] { "tester/preview", "tester/send" })
        {
            (await host.As().PostAsync(route, new { type = "call.completed" })).IsProblem(HttpStatusCode.UnprocessableEntity, "validation", "endpointId");
            (await host.As().PostAsync(route, new { endpointId = id })).IsProblem(HttpStatusCode.UnprocessableEntity, "validation", "type");
            (await host.As().PostAsync(route, new { endpointId = id, type = "NO SUCH" })).IsProblem(HttpStatusCode.UnprocessableEntity, "validation", "type");
            (await host.As().PostAsync(route, new { endpointId = id, type = "call.completed", data = 17 })).IsProblem(HttpStatusCode.UnprocessableEntity, "validation", "data");
            (await host.As().PostAsync(route, new { endpointId = "ep_none", type = "call.completed" })).IsProblem(HttpStatusCode.NotFound, "not-found");
        }
    }

    [Fact]
    public async Task The_catalogue_has_each_profile_and_an_example_for_each_type()
    {
        await using var host = await ManagementHost.StartAsync(options => options.ExampleData = type => type == "call.failed" ? """{"mine":true}""" : null);

        var types = (await host.As().GetAsync("event-types?profile=ttma")).Items();
        var all = (await host.As().GetAsync("event-types")).Items();
        var profiles = (await host.As().GetAsync("profiles")).Items();

        Assert.Equal(["call.ended"], types.Select(type => (string)type!["type"]!));
        Assert.Equal("""{"mine":true}""", (string?)all.Single(type => (string?)type!["type"] == "call.failed")!["example"]);
        Assert.All(all, type => System.Text.Json.Nodes.JsonNode.Parse((string)type!["example"]!)!.AsObject());
        Assert.Equal(WebhookProfile.BuiltIn.Select(profile => profile.Name), profiles.Select(profile => (string)profile!["name"]!));
    }
}
