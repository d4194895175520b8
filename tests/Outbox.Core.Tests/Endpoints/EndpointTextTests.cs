using Outbox.Endpoints;
using Outbox.Storage;

namespace Outbox.Tests.Endpoints;

/// <summary>A record prints all that it has, and one line of a log then tells everybody.</summary>
public sealed class EndpointTextTests
{
    private const string Secret = "whsec_planted-secret";
    private const string Path = "planted-path";

    [Fact]
    public void Neither_a_secret_nor_a_URL_is_in_what_an_endpoint_prints()
    {
        var info = new EndpointInfo
        {
            Id = "ep_1",
            Scope = WebhookScope.All,
            Url = $"https://hooks.example.com/{Path}",
            Profile = "standard",
            EventTypes = [],
            ShipTranscript = true,
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
        object[] all =
        [
            new WebhookEndpoint { Scope = WebhookScope.All, Url = info.Url, Secret = Secret },
            info,
            new EndpointRegistration(info, Created: true, Secret),
            new StoredEndpoint { Id = "ep_1", Scope = "all", Url = info.Url, Profile = "standard", CreatedAt = default },
            new ClaimedEndpoint { Id = "ep_1", Url = info.Url },
            new EndpointSecret(Secret, null),
        ];

        Assert.All(all, value =>
        {
            Assert.DoesNotContain(Secret, $"{value}", StringComparison.Ordinal);
            Assert.DoesNotContain(Path, $"{value}", StringComparison.Ordinal);
        });
    }
}
