using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Outbox.AspNetCore.Answers;
using Outbox.AspNetCore.Catalogue;
using Outbox.AspNetCore.Views;

namespace Outbox.AspNetCore.Routes;

internal static class CatalogueRoutes
{
    public static void Map(RouteGroupBuilder api, EventCatalogue catalogue)
    {
        api.MapGet("/event-types", Answer<ListView<EventTypeView>> (string? profile) => Answer.Ok(catalogue.EventTypes(profile)))
            .WithSummary("Event types, each with an example of its data");

        api.MapGet("/profiles", Answer<ListView<ProfileView>> () => Answer.Ok(catalogue.Profiles()))
            .WithSummary("Wire profiles, with code that verifies them");
    }
}
