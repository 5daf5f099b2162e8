from django.apps import AppConfig
from django.db.models.signals import m2m_changed, post_delete, post_save


class KnowledgeConfig(AppConfig):
    name = "knowledge"
    verbose_name = "Conhecimento"

    def ready(self) -> None:
        from knowledge import privacy
        from knowledge.embeddings import stage
        from knowledge.models import Article
        from knowledge.queries import clear_cache

        stage.register()
        privacy.register()
        for model in self.get_models():
            for signal in (post_save, post_delete):
                signal.connect(clear_cache, sender=model, dispatch_uid=f"knowledge-cache-{model.__name__}")
        m2m_changed.connect(
            clear_cache, sender=Article.products.through, dispatch_uid="knowledge-cache-article-products"
        )
